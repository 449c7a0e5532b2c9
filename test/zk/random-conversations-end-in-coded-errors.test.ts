import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { isGerbangError } from '../../src/errors.ts';
import { decodeCounters } from '../../src/zk/counters.ts';
import { type ExchangeRequest, type ExchangeState, isOver, step, waiting } from '../../src/zk/exchange.ts';
import { decodeOptionValue } from '../../src/zk/options.ts';
import { packTime, unpackTime } from '../../src/zk/packed-time.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { judged } from '../tools/judged.ts';
import { frame } from './tools/literal-server.ts';
import { type Bend, startTinyTerminal, u32s } from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const codes = fc.constantFrom(2000, 2001, 1500, 1501, 500, 2005, 65_535, 4989, 0);
const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.nat(3000), fc.nat(2000)).map(([size, block]) => Uint8Array.from(u32s(size, block))),
);

describe('one exchange', () => {
  const packet = fc.record({
    code: codes,
    session: fc.nat(65_535),
    replyId: fc.constantFrom(5, 5, 5, 4, 6, 0),
    payload: payloads,
  });
  const input = fc.oneof(
    { weight: 12, arbitrary: packet.map((one) => ({ kind: 'packet' as const, packet: one })) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'timeout' as const }, { kind: 'closed' as const }) },
  );
  it('places every byte inside its bound, in order, and never leaves a final state', judged, () => {
    const request = fc.record({
      replyId: fc.constant(5),
      expectedBytes: fc.option(fc.nat(200)),
      maxBytes: fc.nat(400),
    });
    const property = fc.property(request, fc.array(input, { maxLength: 30 }), (asked: ExchangeRequest, inputs) => {
      let state: ExchangeState = waiting;
      let placed = 0;
      for (const one of inputs) {
        const before: ExchangeState = state;
        const next = step(asked, before, one);
        if (isOver(before)) expect(next.state).toBe(before);
        if (next.effect.kind === 'data') {
          expect(next.effect.offset).toBe(placed);
          placed += next.effect.payload.length;
          expect(placed).toBeLessThanOrEqual(asked.maxBytes);
        }
        if (next.effect.kind === 'announced') {
          expect(next.effect.bytes).toBeLessThanOrEqual(asked.maxBytes);
          expect(placed).toBe(0);
        }
        state = next.state;
        if (isOver(state)) expect(state.receivedBytes).toBe(placed);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });
  it('does not answer to another reply id', judged, () => {
    const property = fc.property(packet, (one) => {
      const { state, effect } = step({ replyId: 9, expectedBytes: null, maxBytes: 100 }, waiting, {
        kind: 'packet',
        packet: one,
      });
      expect(state).toBe(waiting);
      expect(effect.kind).toBe(one.code === 500 ? 'event' : 'stale');
    });
    fc.assert(property);
  });
});

describe('odd content', () => {
  it('never throws and always gives back the bytes', judged, () => {
    const layout = fc.constantFrom(
      ['zk40', 40] as const,
      ['zk40', 49] as const,
      ['zk16', 16] as const,
      ['zk8', 8] as const,
    );
    const property = fc.property(layout, fc.nat(8), fc.infiniteStream(fc.nat(255)), ([name, stride], count, stream) => {
      const log = Uint8Array.from({ length: count * stride }, () => stream.next().value ?? 0);
      const records = [...decodeRecords(name, stride, log)];
      expect(Buffer.concat(records.map((record) => record.raw)).equals(Buffer.from(log))).toBe(true);
      for (const record of records) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        expect(record.pin).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(packTimeOrNull(record.deviceTime) ?? record.deviceTimeRaw).toBe(record.deviceTimeRaw);
      }
      decodeCounters(log);
      decodeOptionValue(log);
    });
    fc.assert(property, { numRuns: 500 });
  });
  it('keeps impossible dates as they are', judged, () => {
    const slot = fc.record({
      year: fc.integer({ min: 2000, max: 2132 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
      hour: fc.nat(23),
      minute: fc.nat(59),
      second: fc.nat(59),
    });
    fc.assert(
      fc.property(slot, (time) => {
        expect(unpackTime(packTime(time))).toEqual(time);
      }),
      { numRuns: 2000 },
    );
    const any = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(any, (packed) => {
        expect(formatDeviceTime(unpackTime(packed))).toMatch(/^2\d{3}(-\d\d){2}T\d\d(:\d\d){2}$/);
      }),
    );
  });
});

function packTimeOrNull(time: Parameters<typeof packTime>[0]): number | null {
  return time.year > 2132 ? null : packTime(time);
}

describe('a terminal that answers anything', () => {
  it('gives a whole log or a coded error', judged, async () => {
    const answer = fc.record({
      when: fc.constantFrom(1000, 50, 1502, 1503, 1504, 11, 201),
      code: codes,
      replyIdOffset: fc.constantFrom(0, 0, 0, -1, 1),
      payload: payloads,
      instead: fc.boolean(),
      cutAt: fc.option(fc.nat(60), { freq: 6 }),
    });
    const property = fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (answers) => {
      const left = [...answers];
      const bend: Bend = (request, peer) => {
        const at = left.findIndex((one) => one.when === request.code);
        const [one] = at === -1 ? [] : left.splice(at, 1);
        if (one === undefined) return false;
        const whole = frame(one.code, 1, (request.replyId + one.replyIdOffset) & 0xffff, one.payload);
        peer.send(one.cutAt === null ? whole : whole.subarray(0, one.cutAt));
        return one.instead;
      };
      const terminal = await startTinyTerminal(60, bend);
      try {
        const target = {
          host: '127.0.0.1',
          port: terminal.port,
          replyTimeoutMs: 40,
          prepareTimeoutMs: 40,
          sessionTimeoutMs: 3000,
        };
        const session = await openTerminal(target, wallClock);
        try {
          const read = await session.readLog();
          expect(read.bytes.length).toBe(read.totalRecords * read.strideBytes);
          await session.readTail({ ...read, firstIndex: Math.max(0, read.totalRecords - 3) });
          await session.identify();
          await session.readClock();
        } finally {
          await session.close();
        }
      } catch (error) {
        if (!isGerbangError(error)) throw error;
        expect(error.code).not.toBe('INTERNAL');
      } finally {
        await terminal.close();
      }
    });
    await fc.assert(property, { numRuns: 120 });
  });
});
