/**
 * Captures of a session, to attach to a report: one JSON object per line and packet.
 *
 * Redacted unless asked otherwise: what could hold a comm key, a name, an id, a serial or an address keeps its length
 * and its shape (which bytes were digits, letters, zero) and nothing else. Checksums are blanked too, because a short
 * hidden payload could be guessed from them.
 */
import { GerbangError } from '../errors.ts';
import type { WireTap } from './driver.ts';
import { untilNul } from './text.ts';
import { command, headerBytes, reply } from './wire.ts';

/** Memory a capture may take; what comes later is counted, not kept. */
const defaultMaxBytes = 32 * 1024 * 1024;

/** Options whose values say what the machine is, not which one or whose. */
const harmlessOption =
  /^~?(DeviceName|Platform|OS|ZKFPVersion|ZKFaceVersion|FaceVersion|SSR|ExtendFmt|UserExtFmt|PIN2Width|ISLR|DelRecord|DownloadNewLog|CompressAttlog|MaxAttLogCount|MaxUserCount)=/;

/** One packet of a capture. */
export interface CapturedPacket {
  /** Milliseconds since the capture began. */
  readonly ms: number;
  readonly direction: 'sent' | 'received';
  /** Header and payload. */
  readonly packet: Uint8Array;
}

/** A capture under way. */
export interface Capture extends WireTap {
  /** The file's text, with what was captured so far. */
  text(): string;
}

/**
 * @param nowMs any clock in milliseconds that does not run backwards
 */
export function createCapture(nowMs: () => number, options: { unredacted: boolean; maxBytes?: number }): Capture {
  const startedMs = nowMs();
  const { unredacted, maxBytes = defaultMaxBytes } = options;
  const lines: string[] = [];
  let keptBytes = 0;
  let dropped = 0;
  let asked = 0;

  function keep(direction: CapturedPacket['direction'], packet: Uint8Array): void {
    if (keptBytes + packet.length > maxBytes) {
      dropped += 1;
      return;
    }
    keptBytes += packet.length;
    const shown = unredacted ? packet : redact(direction, packet, asked);
    lines.push(
      JSON.stringify({ ms: Math.round(nowMs() - startedMs), [direction]: Buffer.from(shown).toString('hex') }),
    );
  }

  return {
    sent: (packet) => {
      // Acknowledgements of events ask for nothing.
      if (codeOf(packet) !== reply.ok) asked = codeOf(packet);
      keep('sent', packet);
    },
    received: (packet) => keep('received', packet),
    text: () =>
      [JSON.stringify({ gerbang: 'capture', version: 1, redacted: !unredacted, dropped }), ...lines, ''].join('\n'),
  };
}

function codeOf(packet: Uint8Array): number {
  return packet.length < 2 ? 0 : new DataView(packet.buffer, packet.byteOffset, packet.byteLength).getUint16(0, true);
}

/** The packet with everything hidden that is not known to be harmless. */
function redact(direction: CapturedPacket['direction'], packet: Uint8Array, asked: number): Uint8Array {
  const copy = Uint8Array.from(packet);
  copy.fill(0, 2, Math.min(4, copy.length));
  const payload = copy.subarray(headerBytes);
  const harmless =
    direction === 'sent' ? isHarmlessRequest(codeOf(packet)) : isHarmlessReply(codeOf(packet), asked, payload);
  if (!harmless) for (const [at, byte] of payload.entries()) payload[at] = classOf(byte);
  return copy;
}

function isHarmlessRequest(code: number): boolean {
  return code !== command.authenticate;
}

function isHarmlessReply(code: number, asked: number, payload: Uint8Array): boolean {
  if (code === reply.prepare) return true;
  if (code !== reply.ok) return payload.length === 0;
  switch (asked) {
    case command.readCounters:
    case command.readClock:
    case command.prepareBuffer:
    case command.readVersion:
      return true;
    case command.readOption:
      return harmlessOption.test(Buffer.from(untilNul(payload)).toString('latin1'));
    default:
      return payload.length === 0;
  }
}

/** What kind of byte it was: zero, all ones, digit, other printable, or anything else. */
function classOf(byte: number): number {
  if (byte === 0x00 || byte === 0xff) return byte;
  if (byte >= 0x30 && byte <= 0x39) return 0x39;
  return byte >= 0x20 && byte <= 0x7e ? 0x61 : 0x01;
}

/**
 * Reads a capture file.
 *
 * @throws GerbangError USAGE_INVALID with the line that is not one
 */
export function parseCapture(text: string): {
  readonly redacted: boolean;
  readonly packets: readonly CapturedPacket[];
} {
  const [head = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  const header = parseLine(head, 1);
  if (header.gerbang !== 'capture' || header.version !== 1) throw notACapture(1);
  const packets = rest.map((line, index) => packetOf(parseLine(line, index + 2), index + 2));
  return { redacted: header.redacted !== false, packets };
}

/** Everything a line may hold, unchecked. */
interface Line {
  readonly gerbang?: unknown;
  readonly version?: unknown;
  readonly redacted?: unknown;
  readonly ms?: unknown;
  readonly sent?: unknown;
  readonly received?: unknown;
}

function parseLine(line: string, number: number): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Named below, with its line.
  }
  throw notACapture(number);
}

function packetOf(line: Line, number: number): CapturedPacket {
  const direction = 'sent' in line ? 'sent' : 'received';
  const { ms, [direction]: hex } = line;
  if (typeof ms !== 'number' || typeof hex !== 'string' || !/^([0-9a-f]{2})+$/.test(hex)) throw notACapture(number);
  return { ms, direction, packet: Uint8Array.from(Buffer.from(hex, 'hex')) };
}

function notACapture(line: number): GerbangError {
  return new GerbangError(
    'USAGE_INVALID',
    `This file is not a capture of gerbang: line ${line} is not one of its lines.`,
    {
      context: { line },
    },
  );
}
