import fc from 'fast-check';
import { expect, test } from 'vitest';
import { enoughOverlap } from '../../src/punch/shift.ts';
import { judged } from '../tools/judged.ts';
import { ModelGateway, type ModelPunch, ModelTerminal } from './log-model.ts';

const event = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('punch' as const), same: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('burst' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('tail' as const), overlap: fc.integer({ min: 32, max: 64 }) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'whole' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

const history = fc.record({
  capacity: fc.integer({ min: 20, max: 120 }),
  dropAtOnce: fc.integer({ min: 1, max: 10 }),
  events: fc.array(event, { minLength: 1, maxLength: 60 }),
});

function read(gateway: ModelGateway, terminal: ModelTerminal, overlap: number | null): void {
  const before = gateway.cursor;
  const storedBefore = storedIdentities(gateway);
  const onTerminal = new Set(terminal.log.map((punch) => punch.identity));
  const openRows = rowsOf(gateway).filter(([ordinal]) => before !== null && ordinal >= before.base);
  if (overlap === null) gateway.readWhole(terminal);
  else gateway.readTail(terminal, overlap);

  // Nothing lost, and every position is the punch that stands there.
  const after = gateway.cursor;
  expect(after).not.toBeNull();
  if (after === null) return;
  const rows = gateway.epochs.get(after.epoch);
  expect(after.next - after.base).toBe(terminal.log.length);
  for (const [index, punch] of terminal.log.entries()) {
    expect(rows?.get(after.base + index)?.identity).toBe(punch.identity);
  }

  // Nothing doubled, but for the rest of a log of which too little was left to prove anything.
  const doubled = terminal.log.filter((punch, index) => {
    const isNew = before === null || after.epoch !== before.epoch || after.base + index >= before.next;
    return isNew && storedBefore.has(punch.identity);
  });
  const left = openRows.filter(([, punch]) => onTerminal.has(punch.identity)).length;
  const unprovable = left > 0 && left < openRows.length && left < enoughOverlap(openRows.length);
  expect(doubled).toHaveLength(unprovable ? left : 0);
}

function rowsOf(gateway: ModelGateway): [number, ModelPunch][] {
  const rows = gateway.cursor === null ? undefined : gateway.epochs.get(gateway.cursor.epoch);
  return rows === undefined ? [] : [...rows];
}

function storedIdentities(gateway: ModelGateway): Set<number> {
  return new Set([...gateway.epochs.values()].flatMap((rows) => [...rows.values()].map((punch) => punch.identity)));
}

test('reads at random moments rebuild every punch exactly once, in order', judged, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(history, ({ capacity, dropAtOnce, events }) => {
      const terminal = new ModelTerminal(capacity, dropAtOnce);
      const gateway = new ModelGateway();
      for (const happened of events) {
        if (happened.kind === 'punch') terminal.punch(happened.same);
        else if (happened.kind === 'burst') for (let n = 0; n < happened.count; n += 1) terminal.punch(false);
        else if (happened.kind === 'clear') terminal.clear();
        else read(gateway, terminal, happened.kind === 'whole' ? null : happened.overlap);
      }
      read(gateway, terminal, null);
      for (const kind of gateway.kinds) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }),
    { numRuns: 1_500 },
  );
  // The histories must have reached every conclusion, or the property has proven less than it says.
  for (const kind of [
    'append',
    'unchanged',
    'shift',
    'new-epoch',
    'suspicious log-emptied',
    'unprovable overlap-differs',
  ])
    expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(20);
});
