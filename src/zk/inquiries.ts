/** The small questions: who are you, what time is it, what is this option. */
import type { DeviceTime } from '../clock/device-time.ts';
import { GerbangError } from '../errors.ts';
import { decodeCounters } from './counters.ts';
import type { ClockReading, TerminalCounters, TerminalIdentity, TimeFilterProbe } from './driver.ts';
import type { Answer } from './in-flight.ts';
import { decodeOptionValue, decodeText, encodeOptionKey, optionKey } from './options.ts';
import { packTime, unpackTime } from './packed-time.ts';
import { badReply, refusal } from './replies.ts';
import { encodePrepare } from './requests.ts';
import { command, dataset, reply } from './wire.ts';

/** Whoever can put one small question to a terminal: our own conversation, or another library's. */
export interface Asker {
  /** Decides between "comm key required" and "comm key wrong". */
  readonly commKeyGiven: boolean;
  ask(question: Question): Promise<Answer>;
}

/** A question whose answer is one packet. */
export interface Question {
  readonly command: number;
  readonly payload?: Uint8Array;
  readonly timeoutMs?: number;
  /** Most data bytes accepted. */
  readonly maxBytes?: number;
}

const noCounters: TerminalCounters = { users: null, records: null, operations: null, recordCapacity: null };

/** True for the codes with which a terminal says that it does not know the question or has no answer. */
export function isUnknown(code: number): boolean {
  return code === reply.error || code === reply.unknownCommand || code === reply.badCommand;
}

/**
 * Who the machine says it is.
 *
 * @throws GerbangError TERMINAL_SERIAL_INVALID when it states no serial number that could identify it
 */
export async function identify(asker: Asker): Promise<TerminalIdentity> {
  const serial = await readOption(asker, optionKey.serial);
  if (serial === null || !/^[\x21-\x7e]{1,64}$/.test(serial)) {
    throw new GerbangError(
      'TERMINAL_SERIAL_INVALID',
      'The terminal states no usable serial number, so its punches could not be told from another machine. Nothing was read.',
      { context: { characters: serial?.length ?? 0 } },
    );
  }
  return {
    serial,
    deviceName: await readOption(asker, optionKey.deviceName),
    platform: await readOption(asker, optionKey.platform),
    firmware: await readVersion(asker),
  };
}

/** One option, cleaned; null when the terminal does not know the key or has no value for it. */
export async function readOption(asker: Asker, key: string): Promise<string | null> {
  const { packet } = await asker.ask({ command: command.readOption, payload: encodeOptionKey(key) });
  if (packet.code === reply.ok) return decodeOptionValue(packet.payload);
  if (isUnknown(packet.code)) return null;
  throw refusal(packet, 'option', asker.commKeyGiven);
}

async function readVersion(asker: Asker): Promise<string | null> {
  const { packet } = await asker.ask({ command: command.readVersion });
  if (packet.code === reply.ok) return decodeText(packet.payload) || null;
  if (isUnknown(packet.code)) return null;
  throw refusal(packet, 'version', asker.commKeyGiven);
}

/** The terminal's counters; all null when it does not know the question. */
export async function readCounters(asker: Asker): Promise<TerminalCounters> {
  const { packet } = await asker.ask({ command: command.readCounters });
  if (packet.code === reply.ok) return decodeCounters(packet.payload);
  if (isUnknown(packet.code)) return noCounters;
  throw refusal(packet, 'counters', asker.commKeyGiven);
}

/** The terminal's wall clock between two host times. */
export async function readClock(asker: Asker): Promise<ClockReading> {
  const { packet, sentAtMs, receivedAtMs } = await asker.ask({ command: command.readClock });
  if (packet.code !== reply.ok) throw refusal(packet, 'read-clock', asker.commKeyGiven);
  const { payload } = packet;
  if (payload.length < 4) throw badReply('read-clock', 'a time of fewer than four bytes', { bytes: payload.length });
  const packed = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
  return { deviceTime: unpackTime(packed), sentAtMs, receivedAtMs };
}

/**
 * Sets the terminal's wall clock.
 *
 * @throws RangeError when the time has no packed form
 */
export async function setClock(asker: Asker, deviceTime: DeviceTime): Promise<void> {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, packTime(deviceTime), true);
  const { packet } = await asker.ask({ command: command.setClock, payload });
  if (packet.code !== reply.ok) throw refusal(packet, 'set-clock', asker.commKeyGiven);
}

/** Asks for a time window and reads nothing of it. Terminals that do not know the command refuse in several ways. */
export async function probeTimeFilter(
  asker: Asker,
  from: DeviceTime,
  to: DeviceTime,
  prepareTimeoutMs: number,
  maxBytes: number,
): Promise<TimeFilterProbe> {
  const { packet } = await asker.ask({
    command: command.prepareBuffer,
    payload: encodePrepare({ dataset: dataset.attendanceByTime, first: packTime(from), second: packTime(to) }),
    timeoutMs: prepareTimeoutMs,
    maxBytes,
  });
  await asker.ask({ command: command.freeBuffer });
  if (packet.code === reply.ok || packet.code === reply.data || packet.code === reply.prepare) return 'answered';
  return packet.code === reply.error ? 'unclear' : 'refused';
}
