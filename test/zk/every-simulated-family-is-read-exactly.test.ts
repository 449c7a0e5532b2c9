/** The driver against the simulator, whose codec was written apart from ours: what is read must be what was punched. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import { PROFILES } from '../../device-sim/profiles.ts';
import { isGerbangError } from '../../src/errors.ts';
import type { LogRead, TerminalSession, TerminalTarget } from '../../src/zk/driver.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { hex } from '../vectors/bytes.ts';
import { wallClock } from './tools/wall-clock.ts';

let fleet: Fleet | null = null;
afterEach(async () => {
  await fleet?.stop();
  fleet = null;
});

async function start(profile: string, history: number): Promise<TerminalTarget> {
  fleet = await startFleet({ seed: 7, scenario: { terminals: [{ serial: 'ABC123', profile, history, users: 20 }] } });
  const [first] = fleet.terminals;
  if (first === undefined) throw new Error('no terminal');
  return { host: '127.0.0.1', port: first.port, transport: 'auto', replyTimeoutMs: 5000 };
}

async function within<T>(target: TerminalTarget, work: (session: TerminalSession) => Promise<T>): Promise<T> {
  const session = await openTerminal(target, wallClock);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** The records as the ledger would write them: short ones have their 4 own bytes, and 4 of ours behind them. */
function recordsOf(read: LogRead): string[] {
  return [...decodeRecords(read.layout, read.strideBytes, read.bytes)].map(({ raw }) => {
    const isShort = read.layout === 'zk8' && ((raw[2] ?? 0) & 0b100) !== 0;
    return hex(isShort ? raw.subarray(0, 4) : raw);
  });
}

/** Families whose log cannot be had, and why. */
const refused: Readonly<Record<string, string>> = {
  'secure-6001': 'ZK_SECURE_FIRMWARE',
  'wl-22': 'ZK_UNSUPPORTED',
};

describe('every simulated family', () => {
  for (const { name } of PROFILES) {
    const code = refused[name];
    it(`${name} ${code === undefined ? 'is read exactly' : `is refused as ${code}`}`, async () => {
      const target = await start(name, 300);
      if (code !== undefined) {
        await expect(within(target, (session) => session.readLog())).rejects.toThrow(new RegExp(code));
        return;
      }
      const read = await within(target, (session) => session.readLog()).catch(async (error: unknown) => {
        // One family restarts in the middle of its first transfer.
        if (!isGerbangError(error, 'NET_CLOSED') || name !== 'reboots-mid-read') throw error;
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return within(target, (session) => session.readLog());
      });
      expect(recordsOf(read)).toEqual(fleet?.ledger.entries.map((entry) => entry.recordHex));
    });
  }

  it('udp-only is read exactly over UDP, and its ids are found', async () => {
    const target = await start('udp-only', 300);
    await within(target, async (session) => {
      expect(session.transport).toBe('udp');
      const read = await session.readLog();
      const pins = await session.readPins();
      const ids = [...decodeRecords(read.layout, read.strideBytes, read.bytes, pins)].map((record) => record.pin);
      expect(ids).toEqual(fleet?.ledger.entries.map((entry) => entry.pin));
    });
  });

  it('rings when somebody punches, and the tail holds the punch', async () => {
    const target = await start('tft-40', 100);
    await within(target, async (session) => {
      const before = await session.readLog();
      const rung = new Promise<number>((resolve, reject) => {
        session
          .listen((bell) => resolve(bell.event), reject)
          .then(() => {
            fleet?.terminals[0]?.terminal.punch({ pin: before.totalRecords > 0 ? firstPin(before) : '1' });
          }, reject);
      });
      expect(await rung).toBe(1);
      const tail = await session.readTail({ ...before, firstIndex: before.totalRecords });
      expect(tail?.totalRecords).toBe(before.totalRecords + 1);
      expect(hex(tail?.bytes ?? new Uint8Array(0))).toBe(fleet?.ledger.entries.at(-1)?.recordHex);
    });
  });
});

function firstPin(read: LogRead): string {
  const [first] = decodeRecords(read.layout, read.strideBytes, read.bytes);
  return first?.pin ?? '1';
}
