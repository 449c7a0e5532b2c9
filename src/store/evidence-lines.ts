/**
 * Evidence as bytes to be hashed: one JSON array per row, one row per line (docs/data.md, "Evidence that shows
 * tampering"). Written so that anybody can compute the same with `sha256sum`.
 *
 * Pure: equal rows give equal bytes, on any machine, in any version. A change here breaks every chain that exists.
 */
import { createHash, hash } from 'node:crypto';

/** One punch as its row holds it. Instants in milliseconds UTC, microseconds as their fraction. */
export interface PunchRow {
  readonly ordinal: number;
  readonly pin: string;
  /** `YYYY-MM-DD HH:MM:SS`, or null for a date that cannot exist. */
  readonly deviceTime: string | null;
  readonly deviceTimeRaw: number;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
  readonly raw: Uint8Array;
  readonly source: string;
  readonly receivedAtMs: number;
  readonly absentAtMs: number | null;
}

/** One comparison of clocks as its row holds it. */
export interface SampleRow {
  readonly sampledAtMs: number;
  readonly receivedAtMs: number;
  readonly deviceTime: string;
  readonly offsetEarliestMs: number;
  readonly offsetLatestMs: number;
  readonly kind: string;
  readonly hostErrorMs: number | null;
}

/** One clock event as its row holds it. */
export interface EventRow {
  readonly identity: string;
  readonly kind: string;
  readonly atMs: number;
  readonly untilMs: number | null;
  readonly absentAtMs: number | null;
  readonly deviceTime: string | null;
  readonly operation: number | null;
  readonly byMs: number | null;
}

/** The opening of an epoch as its row holds it. */
export interface EpochRow {
  readonly epoch: number;
  readonly reason: string;
  readonly priorNext: number;
  readonly openedAtMs: number;
}

/** What a batch says of itself. */
export interface BatchHeader {
  readonly serial: string;
  readonly seq: number;
  readonly epoch: number;
  /** Ordinals stored, `to` excluded. */
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly events: number;
  /** Whether the opening of `epoch` is part of it. */
  readonly opens: boolean;
  readonly storedAtMs: number;
}

/** What was hashed: everything, and the start of each line's own hash. */
export interface Content {
  /** SHA-256 over all lines, 32 bytes. */
  readonly digest: Buffer;
  /** {@link markBytes} per line. */
  readonly marks: Buffer;
}

/** Of the SHA-256 of each line so many bytes are kept: to name a line, not to prove it. */
export const markBytes = 8;

/** What the first head of a terminal is chained to when nothing was stored before the chain began: 32 zero bytes. */
export const noHead: Buffer = Buffer.alloc(32);

const charactersAtOnce = 65_536;

/** `["punch",ordinal,pin,device time,device time raw,verify mode,punch state,work code,raw as hex,source,received,absent]` */
export function punchLine(row: PunchRow): string {
  const raw = Buffer.from(row.raw.buffer, row.raw.byteOffset, row.raw.byteLength).toString('hex');
  const { ordinal, pin, deviceTime, deviceTimeRaw, verifyMode, punchState, workCode, source } = row;
  const shown = deviceTime === null ? 'null' : `"${deviceTime}"`;
  const read = `${JSON.stringify(pin)},${shown},${deviceTimeRaw},${verifyMode},${punchState},${workCode},"${raw}"`;
  const instants = `${microsOf(row.receivedAtMs)},${microsOf(row.absentAtMs)}`;
  // What `lineOf` would write, at a third of its cost: a cold start writes millions of these.
  return `["punch",${ordinal},${read},${JSON.stringify(source)},${instants}]\n`;
}

/** `["sample",sampled,received,device time,earliest offset,latest offset,kind,host error]` */
export function sampleLine(row: SampleRow): string {
  const { deviceTime, offsetEarliestMs, offsetLatestMs, kind, hostErrorMs } = row;
  const instants = [microsOf(row.sampledAtMs), microsOf(row.receivedAtMs)];
  return lineOf('sample', ...instants, deviceTime, offsetEarliestMs, offsetLatestMs, kind, hostErrorMs);
}

/** `["event",identity,kind,at,until,absent,device time,operation,by]` */
export function eventLine(row: EventRow): string {
  const { identity, kind, deviceTime, operation, byMs } = row;
  const instants = [microsOf(row.atMs), microsOf(row.untilMs), microsOf(row.absentAtMs)];
  return lineOf('event', identity, kind, ...instants, deviceTime, operation, byMs);
}

/** `["epoch",epoch,reason,prior next,opened]` */
export function epochLine(row: EpochRow): string {
  return lineOf('epoch', row.epoch, row.reason, row.priorNext, microsOf(row.openedAtMs));
}

/** `["batch",serial,seq,epoch,from,to,samples,events,opens,stored]` */
export function headerLine(header: BatchHeader): string {
  const { serial, seq, epoch, from, to, samples, events, opens, storedAtMs } = header;
  return lineOf('batch', serial, seq, epoch, from, to, samples, events, opens, microsOf(storedAtMs));
}

/** `["records",epoch]`: before the punches of an epoch where those of several follow each other. */
export function recordsLine(epoch: number): string {
  return lineOf('records', epoch);
}

/** `["terminal",serial,seq,head as hex]`: the last batch of a terminal on a day. */
export function lastHeadLine(serial: string, seq: number, head: Uint8Array): string {
  return lineOf('terminal', serial, seq, Buffer.from(head).toString('hex'));
}

/** `["day",YYYY-MM-DD,terminals,batches]` */
export function dayLine(day: string, terminals: number, batches: number): string {
  return lineOf('day', day, terminals, batches);
}

/**
 * Hashes lines, whatever their number, with little of them in memory.
 *
 * @param lines opening of the epoch, then punches by ordinal, then samples by instant, then events by identity (compared
 * as bytes)
 */
export function contentOf(lines: Iterable<string>): Content {
  const writer = contentWriter();
  for (const line of lines) writer.add(line);
  return writer.finish();
}

/** {@link contentOf} for lines that come a page at a time. */
export interface ContentWriter {
  add(line: string): void;
  /** Ends it; call it once. */
  finish(): Content;
}

/**
 * Begins a content without lines.
 *
 * @param withMarks false where only the digest is asked for: marks cost as much as all the rest
 */
export function contentWriter(withMarks = true): ContentWriter {
  const all = createHash('sha256');
  const marks: string[] = [];
  let waiting = '';
  return {
    add(line) {
      if (withMarks) marks.push(markOf(line));
      waiting += line;
      if (waiting.length < charactersAtOnce) return;
      all.update(waiting);
      waiting = '';
    },
    finish: () => ({ digest: all.update(waiting).digest(), marks: Buffer.from(marks.join(''), 'hex') }),
  };
}

/** The next head of a chain: SHA-256 over the head before it, the header's line, the content's digest and its marks. */
export function headOf(prior: Uint8Array, header: string, content: Content): Buffer {
  return createHash('sha256').update(prior).update(header).update(content.digest).update(content.marks).digest();
}

/** The first {@link markBytes} bytes of the SHA-256 of one line, hexadecimal. */
export function markOf(line: string): string {
  return hash('sha256', line, 'hex').slice(0, 2 * markBytes);
}

function lineOf(...values: readonly (string | number | boolean | null)[]): string {
  return `${JSON.stringify(values)}\n`;
}

/** Whole microseconds since 1970; Postgres keeps no more. */
function microsOf(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000);
}
