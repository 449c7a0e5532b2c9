/**
 * Random worlds: transactions of several terminals open, commit late or roll back, while MQTT, a webhook and a reader of
 * the feed each go on at their own pace, fail, and repeat. Whatever the order, everybody ends with every committed row.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { publishNext } from '../../src/mqtt/follow.ts';
import type { OutgoingMessage } from '../../src/mqtt/link.ts';
import { readChanges } from '../../src/store/changes.ts';
import { sequenceOutbox } from '../../src/store/outbox.ts';
import { createTurn } from '../../src/store/turn.ts';
import { deliverNext, type Receiver as Target } from '../../src/webhooks/delivery.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { confirm, type Manner, type Receiver, secret, startReceiver } from './tools/receiver.ts';
import { dinkes, idsOf, morningMs, type OpenRows, openRows } from './tools/rows.ts';

vi.setConfig({ testTimeout: 240_000 });
const database = await createTestDatabase();
const turn = createTurn(database, 'mqtt');
const signal = new AbortController().signal;
const means = { database, nowMs: () => morningMs, random: () => 0, answerWithinMs: 60_000, signal };
const refuse: Manner = (response) => void response.writeHead(500).end();
const die: Manner = (response) => void response.socket?.destroy();
let receiver: Receiver;
let worlds = 0;

beforeAll(async () => {
  await putOffices(database, [dinkes]);
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      terminal: fc.nat(2),
      rows: fc.integer({ min: 1, max: 7 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), terminal: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), terminal: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const), arrives: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), answer: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('follow' as const),
      limit: fc.integer({ min: 1, max: 6 }),
      dies: fc.boolean(),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One world: terminals nobody else has, and three consumers that have seen nothing of it. */
async function play(steps: readonly Step[]): Promise<void> {
  worlds += 1;
  const name = `W${worlds}`;
  const serials = [0, 1, 2].map((terminal) => `${name}T${terminal}`);
  const stored = [0, 0, 0];
  const open = new Map<number, { readonly rows: number; readonly held: OpenRows }>();
  const mqtt: string[] = [];
  const feed: string[] = [];
  const places: number[] = [];
  const target: Target = {
    name: name.toLowerCase(),
    url: receiver.url,
    secret,
    offices: [],
    maxBatch: 4,
    startAt: 'now',
  };
  receiver.behave(confirm);
  await deliverNext(target, means);
  let position = (await readChanges(database.db, { from: await headOf(), limit: 1 })).bounds.head;

  /** A broker that confirms everything, or takes some and is gone. */
  const broker = (arrives: number) => ({
    async publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
      const taken = arrives === 4 ? messages : messages.slice(0, arrives);
      mqtt.push(...taken.map(({ payload }): string => JSON.parse(payload).id));
      if (arrives !== 4) throw new Error('broker away');
    },
  });
  async function publish(arrives: number): Promise<boolean> {
    await sequenceOutbox(database.db);
    return publishNext({ database, link: broker(arrives), turn, log: silentLog(), onPublished: () => {} });
  }
  async function follow(limit: number, dies: boolean): Promise<boolean> {
    await sequenceOutbox(database.db);
    const page = await readChanges(database.db, { from: position, limit });
    if (page.kind === 'gone') throw new Error('gone');
    feed.push(...page.rows.map(({ punchId }) => punchId));
    places.push(...page.rows.map((row) => row.position));
    const advanced = page.next > position;
    // Whoever dies with a page in hand comes back with the cursor it had.
    if (!dies) position = page.next;
    return advanced;
  }
  async function end(terminal: number, commit: boolean): Promise<void> {
    const found = open.get(terminal);
    if (found === undefined) return;
    open.delete(terminal);
    await (commit ? found.held.commit() : found.held.rollback());
    if (commit) stored[terminal] = (stored[terminal] ?? 0) + found.rows;
  }

  for (const one of steps) {
    if (one.do === 'open' && !open.has(one.terminal)) {
      const held = await openRows(database, serials[one.terminal] ?? '', one.rows);
      open.set(one.terminal, { rows: one.rows, held });
    } else if (one.do === 'commit' || one.do === 'rollback') await end(one.terminal, one.do === 'commit');
    else if (one.do === 'publish') await publish(one.arrives).catch(() => {});
    else if (one.do === 'follow') await follow(one.limit, one.dies);
    else if (one.do === 'deliver') {
      receiver.behave([confirm, refuse, die][one.answer] ?? confirm);
      await deliverNext(target, means);
    }
  }
  for (const terminal of [2, 0, 1]) await end(terminal, true);
  receiver.behave(confirm);
  while (await publish(4));
  while (await follow(50, false));
  while ((await deliverNext(target, means)).kind !== 'nothing');

  for (const [terminal, serial] of serials.entries()) {
    const expected = idsOf(serial, stored[terminal] ?? 0);
    const ofTerminal = (ids: readonly string[]): readonly string[] =>
      [...new Set(ids)].filter((id) => id.startsWith(`${serial}-`));
    const reached = { mqtt: ofTerminal(mqtt), webhook: ofTerminal(receiver.punches()), feed: ofTerminal(feed) };
    // First appearances in the order of the terminal's log, none missing, none that was rolled back.
    expect(reached).toEqual({ mqtt: expected, webhook: expected, feed: expected });
  }
  expect(new Set(places).size).toBe(stored.reduce((sum, rows) => sum + rows, 0));
}

async function headOf(): Promise<number> {
  await sequenceOutbox(database.db);
  return (await readChanges(database.db, { from: 0, limit: 1 })).bounds.head;
}

test('every row that was committed reaches every consumer, in the order of its terminal', judged, async () => {
  const worldsPlayed = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 45 }), play);
  await fc.assert(worldsPlayed, { numRuns: 12 });
});
