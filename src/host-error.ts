/**
 * How far the host's own clock may be from UTC, as the program that keeps it says (`docs/operations.md`, "The host's
 * clock"). Node cannot ask the kernel, so the small tools that every time service brings are asked instead.
 *
 * Unknown is not zero: without a source the bounds of every time assume a host that is right, and the page says so.
 */
import { execFile } from 'node:child_process';

/** What was learnt. */
export interface HostError {
  /** The host's clock is not further from UTC than this, in milliseconds, if its time servers are right. */
  readonly errorMs: number;
  readonly source: 'chrony' | 'ntpd' | 'timesyncd' | 'kernel';
}

/** Runs a program and gives what it printed; null when it is not there or fails. */
export type RunTool = (command: string, args: readonly string[]) => Promise<string | null>;

/** A watch over the host's error. Asks now and then, never where a punch waits. */
export interface HostErrorWatch {
  /** As of now: what was last learnt, and what a disciplined clock may have drifted since. Null: not known. */
  now(): HostError | null;
  close(): void;
}

const toolMs = 2_000;
const everyMs = 300_000;
/** What was learnt so long ago says nothing any more. */
const staleMs = 3 * everyMs;
/** How fast a disciplined clock may leave its discipline; RFC 5905 calls it PHI. */
const driftPpm = 15;
/** Node reads the wall clock in whole milliseconds. */
const readingMs = 1;
/** A clock that is further off is not kept by anybody. */
const largestErrorMs = 60_000;
/** chrony without a source keeps its own time and gives this as its reference: 127.127.1.1. */
const chronyLocal = '7F7F0101';
/** STA_UNSYNC of the kernel's clock status. */
const unsynchronised = 0x40;

/** Asks what keeps the clock, the most exact first. */
export async function readHostError(run: RunTool = runTool): Promise<HostError | null> {
  const asked: readonly (readonly [HostError['source'], () => Promise<number | null>])[] = [
    ['chrony', async () => errorOfChrony(await run('chronyc', ['-c', 'tracking']))],
    ['ntpd', async () => errorOfNtpd(await run('ntpq', ['-n', '-c', 'rv']))],
    ['timesyncd', async () => errorOfTimesyncd(await run('timedatectl', ['timesync-status']))],
    ['kernel', async () => errorOfKernel(await run('adjtimex', []))],
    ['kernel', async () => errorOfKernel(await run('adjtimex', ['--print']))],
  ];
  for (const [source, ask] of asked) {
    const errorMs = await ask();
    if (errorMs !== null && errorMs >= 0 && errorMs <= largestErrorMs) return { errorMs, source };
  }
  return null;
}

/**
 * `chronyc -c tracking`: the bound its manual gives, `|system time| + root dispersion + root delay / 2`. Newer versions
 * put a name behind the reference id, so fields are counted from the end.
 */
export function errorOfChrony(text: string | null): number | null {
  const fields = text?.trim().split('\n')[0]?.split(',') ?? [];
  const [offset, delay, dispersion, leap] = [fields.at(-10), fields.at(-4), fields.at(-3), fields.at(-1)];
  if (fields.length < 13 || leap === undefined || /not synch/i.test(leap) || fields[0] === chronyLocal) return null;
  return finite((Math.abs(Number(offset)) + Number(dispersion) + Number(delay) / 2) * 1_000);
}

/** `ntpq -n -c rv`: offset and root distance, in milliseconds, and the drift since the last update. */
export function errorOfNtpd(text: string | null): number | null {
  if (text === null || /leap_alarm|sync_unspec|leap=(?:11|3)\b/.test(text)) return null;
  const value = (name: string): number => Number(new RegExp(`\\b${name}=([-+]?[0-9.]+)`).exec(text)?.[1]);
  const secondsOf = (name: string): number =>
    Number.parseInt(new RegExp(`\\b${name}=(?:0x)?([0-9a-f]{8})\\.`).exec(text)?.[1] ?? '', 16);
  const ageMs = Math.max(0, secondsOf('clock') - secondsOf('reftime')) * 1_000;
  return finite(Math.abs(value('offset')) + value('rootdisp') + value('rootdelay') / 2 + driftOver(ageMs));
}

/** `timedatectl timesync-status`: the server's root distance, half of the way to it, what was corrected, and the drift until it is asked again. */
export function errorOfTimesyncd(text: string | null): number | null {
  if (text === null || !/Leap:\s*normal/i.test(text) || !/Packet count:\s*[1-9]/.test(text)) return null;
  const value = (name: string): number =>
    spanMs(new RegExp(`^\\s*${name}:\\s*([^(\\n]+)`, 'm').exec(text)?.[1]?.trim() ?? '');
  const wayMs = value('Root distance') + Math.abs(value('Offset')) + value('Delay') / 2;
  return finite(wayMs + driftOver(value('Poll interval')));
}

/** `adjtimex`, of busybox or of its own package: the kernel's own bound. */
export function errorOfKernel(text: string | null): number | null {
  const value = (name: string): number => Number(new RegExp(`\\b${name}:\\s*([0-9]+)`).exec(text ?? '')?.[1]);
  const [maxError, status] = [value('maxerror'), value('status')];
  if (Number.isNaN(status) || (status & unsynchronised) !== 0) return null;
  return finite(maxError / 1_000);
}

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time span as systemd prints it, such as `+2.345ms`, `34min 8s` or `0`; NaN for anything else. */
function spanMs(text: string): number {
  if (text === '0') return 0;
  let sumMs = 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = text.replace(/^[-+]/, '').split(/\s+/);
  for (const part of parts) {
    const [, digits = '', unit = ''] = /^([0-9.]+)(us|ms|s|min|h|d)$/.exec(part) ?? [];
    sumMs += Number(digits === '' ? Number.NaN : digits) * (unitMs[unit] ?? Number.NaN);
  }
  return sign * sumMs;
}

function driftOver(ms: number): number {
  return (ms * driftPpm) / 1_000_000;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

const runTool: RunTool = (command, args) =>
  new Promise((resolve) => {
    const options = { timeout: toolMs, maxBuffer: 65_536, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } };
    execFile(command, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
  });

/**
 * Starts watching.
 *
 * @param onChange told when the error becomes known or unknown, and once at the beginning
 */
export function watchHostError(
  onChange: (known: HostError | null) => void,
  read: () => Promise<HostError | null> = readHostError,
): HostErrorWatch {
  let last: { readonly value: HostError; readonly atMs: number } | null = null;
  let told: boolean | null = null;
  let closed = false;
  const now = (): HostError | null => {
    const ageMs = last === null ? 0 : performance.now() - last.atMs;
    if (last === null || ageMs > staleMs) return null;
    return { ...last.value, errorMs: last.value.errorMs + driftOver(ageMs) + readingMs };
  };
  const look = async (): Promise<void> => {
    const value = await read().catch(() => null);
    if (closed) return;
    // A tool that says "not synchronised" takes back what it said before.
    last = value === null ? null : { value, atMs: performance.now() };
    if (told === (value !== null)) return;
    told = value !== null;
    onChange(value);
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    now,
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}
