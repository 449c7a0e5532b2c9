/**
 * "Masa mesin tidak berfungsi": when a machine, and when no machine of an office at all, could take punches as far as can
 * be known. Pure arithmetic on intervals.
 *
 * A terminal that is out of reach may still take punches: they arrive later. So silence alone is no outage. Where punches
 * of the silence are found afterwards, the machine worked then, and only the stretches without any stay.
 */

/** `fromMs ≤ t < toMs`, in milliseconds UTC. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One machine's place, for as long as a machine stood there. */
export interface MachineTime {
  readonly terminalName: string;
  /** When a machine was expected to work here. */
  readonly present: readonly Span[];
  /** When it did not answer, by the gateway's own look; `code` is the class of failure. Open ones end at `nowMs`. */
  readonly silent: readonly (Span & { readonly code: string | null })[];
  /** When people say it did not work, and somebody verified it. */
  readonly verified: readonly (Span & { readonly incident: number })[];
  /** Instants of punches, oldest first: as many as lie in the silences. */
  readonly punchesMs: readonly number[];
  /** Up to when its log is stored: what was punched after it may still be on the machine. */
  readonly readThroughMs: number | null;
}

/** `known`: nothing was punched. `open`: the log after it is not read yet, so punches may still come. */
export type Certainty = 'known' | 'open';

export interface MachineWindow extends Span {
  readonly terminalName: string;
  readonly certainty: Certainty;
  readonly codes: readonly string[];
  readonly incidents: readonly number[];
}

export interface OfficeWindow extends Span {
  readonly certainty: Certainty;
  /** Machines that were expected and did not work, by name. */
  readonly terminals: readonly string[];
}

/** A machine that took a punch is taken to work for this long before and after it. */
export const worksAroundMs = 15 * 60_000;
/** And between two punches that are no further apart: people come in waves, and nobody comes in between. */
export const worksBetweenMs = 4 * 3_600_000;
/** Shorter than this is a cable that was moved, not a morning somebody has to be exempted from. */
export const shortestMs = 5 * 60_000;

/** When one machine did not work within a range. */
export function machineWindows(machine: MachineTime, range: Span): readonly MachineWindow[] {
  const { terminalName, silent, verified, punchesMs, present, readThroughMs } = machine;
  const down = union([...silent, ...verified]);
  const works = union(
    punchesMs.map((atMs, index) => {
      const nextMs = punchesMs[index + 1] ?? Number.POSITIVE_INFINITY;
      return { fromMs: atMs - worksAroundMs, toMs: nextMs - atMs <= worksBetweenMs ? nextMs : atMs + worksAroundMs };
    }),
  );
  const cut = intersect(intersect(subtract(down, works), union(present)), [range]);
  const windows: MachineWindow[] = [];
  for (const span of cut) {
    if (span.toMs - span.fromMs < shortestMs) continue;
    const incidents = unique(verified.filter((other) => overlaps(span, other)).map(({ incident }) => incident));
    const codes = unique(silent.filter((other) => overlaps(span, other)).flatMap(({ code }) => code ?? []));
    // What people verified stands; the gateway's own word waits until the log behind the silence is read.
    const isKnown = incidents.length > 0 || (readThroughMs !== null && readThroughMs >= span.toMs);
    windows.push({ ...span, terminalName, certainty: isKnown ? 'known' : 'open', codes, incidents });
  }
  return windows;
}

/**
 * When no machine of an office worked: some machine was expected, and each that was expected is down.
 *
 * @param windows of all machines, from {@link machineWindows}
 */
export function officeWindows(
  machines: readonly MachineTime[],
  windows: readonly MachineWindow[],
  range: Span,
): readonly OfficeWindow[] {
  const anyPresent = intersect(union(machines.flatMap(({ present }) => present)), [range]);
  let dark: readonly Span[] = anyPresent;
  for (const { terminalName, present } of machines) {
    const down = windows.filter((window) => window.terminalName === terminalName);
    dark = subtract(dark, subtract(union(present), union(down)));
  }
  return dark
    .filter((span) => span.toMs - span.fromMs >= shortestMs)
    .map((span) => {
      const there = windows.filter((window) => overlaps(span, window));
      const certainty = there.some((window) => window.certainty === 'open') ? 'open' : 'known';
      return { ...span, certainty, terminals: [...new Set(there.map(({ terminalName }) => terminalName))].sort() };
    });
}

/** The same windows, cut at the ends of calendar days. */
export function byDay<T extends Span>(
  windows: readonly T[],
  days: readonly (Span & { readonly day: string })[],
): readonly (T & { readonly day: string })[] {
  return days.flatMap(({ day, fromMs, toMs }) =>
    windows
      .filter((window) => overlaps(window, { fromMs, toMs }))
      .map((window) => ({
        ...window,
        day,
        fromMs: Math.max(window.fromMs, fromMs),
        toMs: Math.min(window.toMs, toMs),
      })),
  );
}

function overlaps(a: Span, b: Span): boolean {
  return a.fromMs < b.toMs && b.fromMs < a.toMs;
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** Ordered, without overlaps and without empty ones. */
export function union(spans: readonly Span[]): readonly Span[] {
  const joined: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    if (toMs <= fromMs) continue;
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else joined.push({ fromMs, toMs });
  }
  return joined;
}

/** What lies in both. */
export function intersect(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  return a.flatMap((one) =>
    b
      .filter((other) => overlaps(one, other))
      .map((other) => ({ fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) })),
  );
}

/** What lies in the first and not in the second. */
export function subtract(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  let left = [...a];
  for (const hole of b) {
    left = left.flatMap((span) =>
      overlaps(span, hole)
        ? [
            { fromMs: span.fromMs, toMs: Math.min(span.toMs, hole.fromMs) },
            { fromMs: Math.max(span.fromMs, hole.toMs), toMs: span.toMs },
          ].filter(({ fromMs, toMs }) => toMs > fromMs)
        : [span],
    );
  }
  return left;
}
