/** What a gateway hears when it talks to a terminal of a world: the answers of `TerminalSession`, and its errors. */
import { setClock } from '../../device-sim/clock.ts';
import type { Random } from '../../device-sim/random.ts';
import { deviceMsOf, deviceTimeFromMs } from '../../src/clock/device-time.ts';
import { type ErrorCode, GerbangError } from '../../src/errors.ts';
import type { HostClock, LogRead, TerminalSession } from '../../src/zk/driver.ts';
import type { Kernel } from './kernel.ts';
import type { Life } from './life.ts';
import { layoutOf, strideOf, type WorldTerminal } from './terminal.ts';

const replyTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;

/**
 * Opens a session.
 *
 * @param life of the process that asks
 * @param onOpen told of every session that opens, to watch that no two gateways talk at once
 */
export async function openWorldSession(
  kernel: Kernel,
  life: Life,
  terminal: WorldTerminal,
  clock: HostClock,
  random: Random,
  onOpen: (terminal: WorldTerminal, life: Life) => void,
): Promise<TerminalSession> {
  const roundTrip = (): number => {
    const { roundTripMs } = terminal.plan;
    return (
      terminal.weather.slow * roundTripMs * (0.9 + 0.3 * random.next() + (random.chance(0.05) ? 4 * random.next() : 0))
    );
  };
  const me = {};
  let hereLife = -1;
  let closed = false;
  let ring: (() => void) | null = null;
  let onLine: (() => void) | null = null;

  /** One question, or its failure: silence costs the whole time-out. */
  const ask = async <T>(what: string, answer: () => T, moreMs = 0, thereAt = 1): Promise<T> => {
    if (closed) throw failure('NET_CLOSED');
    const { weather } = terminal;
    const hangs = random.chance(weather.hang);
    const cuts = random.chance(weather.cut);
    if (hangs) {
      await life.call(what, replyTimeoutMs, () => undefined);
      throw failure('ZK_NO_REPLY');
    }
    return life.call(
      what,
      roundTrip() + moreMs * weather.slow,
      () => {
        if (cuts) leave();
        if (!terminal.isOnline() || terminal.life() !== hereLife || cuts) throw failure('NET_CLOSED');
        return answer();
      },
      thereAt,
    );
  };
  const leave = (): void => {
    terminal.openedBy.delete(me);
    if (ring !== null) terminal.listeners.delete(ring);
    ring = null;
    onLine?.();
    onLine = null;
  };

  /** The log as it stands when "prepare" comes in; its bytes arrive over time. */
  const read = async (firstIndex: number): Promise<LogRead | null> => {
    const preparedAtMs = clock.nowMs();
    const { plan, weather } = terminal;
    const isTail = firstIndex > 0;
    const records = await ask('prepare', () => terminal.records(), 0, 0.5);
    if (isTail && (plan.refusesTails || firstIndex > records.length)) return null;
    const sent = records.slice(firstIndex);
    await ask('read', () => undefined, sent.length * plan.recordMs);
    if (random.chance(weather.short)) throw failure('READ_INCOMPLETE');
    if (random.chance(weather.miscount)) throw failure('READ_CONTRADICTS_COUNTER');
    const strideBytes = strideOf(plan.layout);
    const bytes = Buffer.concat(sent);
    kernel.note(life.name, `read ${terminal.serial} ${firstIndex}..${records.length}`);
    return {
      layout: layoutOf(plan.layout),
      strideBytes,
      totalRecords: records.length,
      firstIndex,
      bytes,
      preparedAtMs,
      completedAtMs: clock.nowMs(),
      bytesReceived: bytes.length,
    };
  };

  const session: TerminalSession = {
    transport: 'tcp',
    identify: () =>
      ask('identify', () => ({ serial: terminal.serial, deviceName: 'World', platform: 'ZMM', firmware: 'Ver 6.60' })),
    readCounters: () =>
      ask('counters', () => {
        const records = terminal.plan.countsNothing ? 0 : terminal.records().length;
        return { users: 20, records, recordCapacity: terminal.plan.capacity, operations: terminal.operations.length };
      }),
    async readClock() {
      const sentAtMs = clock.nowMs();
      const deviceTime = await ask('clock', () => deviceTimeFromMs(terminal.shownMs()), 0, 0.1 + 0.8 * random.next());
      return { deviceTime, sentAtMs, receivedAtMs: clock.nowMs() };
    },
    setClock: (deviceTime) =>
      ask('set', () => {
        const wallMs = deviceMsOf(deviceTime);
        if (wallMs !== null) setClock(terminal.clock, kernel.nowMs(), wallMs);
        terminal.noteOperation(21);
        kernel.note(terminal.plan.serial, `clock set to ${wallMs}`);
      }),
    readOption: (key) =>
      ask('option', () => {
        if (key === '~SerialNumber') return terminal.serial;
        return key === 'ISLR' ? (terminal.plan.whenFull === 'ring' ? '1' : '0') : null;
      }),
    async readLog() {
      const whole = await read(0);
      if (whole === null) throw failure('ZK_REFUSED');
      return whole;
    },
    readTail: ({ firstIndex }) => read(firstIndex),
    readPins: () => ask('users', () => new Map(terminal.records().map(pinOfShortRecord))),
    readUserRecordBytes: () => ask('user record', () => 72),
    async readOperations({ fromIndex, atMost }) {
      const preparedAtMs = clock.nowMs();
      const all = await ask('operations', () => [...terminal.operations]);
      const firstIndex = Math.min(all.length, Math.max(fromIndex, all.length - atMost));
      const entries = all.slice(firstIndex);
      return { totalEntries: all.length, firstIndex, entries, preparedAtMs, completedAtMs: clock.nowMs() };
    },
    probeTimeFilter: () => ask('filter', () => 'refused' as const),
    async listen(onBell, onLost) {
      await ask('listen', () => {
        if (!terminal.plan.hasLiveEvents) throw failure('ZK_UNSUPPORTED');
      });
      ring = () => {
        const bell = { receivedAtMs: clock.nowMs(), event: 1, deviceTime: null };
        kernel.at(kernel.nowMs() + roundTrip(), () => life.receive(() => void (closed || onBell(bell))));
      };
      terminal.listeners.add(ring);
      onLine = () => life.receive(() => void (closed || onLost(failure('NET_CLOSED'))));
    },
    async close() {
      if (closed) return;
      closed = true;
      onLine = null;
      await life.call('exit', roundTrip(), leave);
    },
  };

  if (random.chance(terminal.weather.hang)) {
    await life.call('connect', connectTimeoutMs, () => undefined);
    throw failure('NET_CONNECT_TIMEOUT');
  }
  await life.call('connect', 2 * roundTrip(), () => {
    if (!terminal.isOnline()) throw failure('NET_UNREACHABLE');
    if (random.chance(terminal.weather.refuse)) throw failure('NET_REFUSED');
    hereLife = terminal.life();
    onOpen(terminal, life);
    terminal.openedBy.set(me, life.name);
  });
  return session;
}

function failure(code: ErrorCode): GerbangError {
  return new GerbangError(code, 'So it goes in this world.');
}

/** Index and printed id of the person in a record of 8 bytes: in these worlds they are the same number. */
function pinOfShortRecord(record: Buffer): readonly [number, string] {
  const uid = record.readUInt16LE(0);
  return [uid, String(uid)];
}
