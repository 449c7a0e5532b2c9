/**
 * "Masa mesin tidak berfungsi": when a machine, and when no machine of an office at all, could take punches as far as can
 * be known. Pure arithmetic on intervals.
 *
 * A terminal that is out of reach may still take punches: they arrive later. So silence alone is no outage. Where punches
 * of the silence are found afterwards, the machine worked then, and only the stretches without any stay.
 *
 * While the gateway was away, or a person let the machine rest, nobody looked: whether it worked is not known, and is said
 * so, never as an outage.
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
  /** When a person let it rest: it was not polled. */
  readonly paused: readonly (Span & { readonly reason: string })[];
  /** When no gateway polled its office. */
  readonly away: readonly Span[];
  /** When people say it did not work, and somebody verified it. */
  readonly verified: readonly (Span & { readonly incident: number })[];
  /** Instants of punches, oldest first: as many as lie in the silences, the rests and the time without a gateway. */
  readonly punchesMs: readonly number[];
  /** Up to when its log is stored: what was punched after it may still be on the machine. */
  readonly readThroughMs: number | null;
}

/** `down`: it was looked at and did not work. Otherwise nobody looked, because the gateway was away or a person said so. */
export type Cause = 'down' | 'gateway-away' | 'paused';
/**
 * `known`: nothing was punched. `open`: the log after it is not read yet, so punches may still come. `unknown`: nobody
 * looked, and whether it worked cannot be told any more.
 */
export type Certainty = 'known' | 'open' | 'unknown';

export interface MachineWindow extends Span {
  readonly terminalName: string;
  readonly cause: Cause;
  readonly certainty: Certainty;
  readonly codes: readonly string[];
  /** Why it rested, in the words of whoever paused it. */
  readonly reasons: readonly string[];
  readonly incidents: readonly number[];
}

export interface OfficeWindow extends Span {
  readonly cause: Cause;
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

/** When one machine did not work within a range, and when nobody can say whether it did. */
export function machineWindows(machine: MachineTime, range: Span): readonly MachineWindow[] {
  const { present, punchesMs } = machine;
  const windows: MachineWindow[] = [];
  for (const [cause, spans] of Object.entries(causesOf(machine)) as [Cause, readonly Span[]][]) {
    // Only what was punched within these spans: a machine that takes a punch once it is back did not work before.
    const within = punchesMs.filter((atMs) => spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs));
    for (const span of intersect(intersect(subtract(spans, worksOf(within)), union(present)), [range]))
      if (span.toMs - span.fromMs >= shortestMs) windows.push(windowOf(machine, cause, span));
  }
  return windows.sort((a, b) => a.fromMs - b.fromMs);
}

/** Around and between punches a machine worked. */
function worksOf(punchesMs: readonly number[]): readonly Span[] {
  return union(
    punchesMs.map((atMs, index) => {
      const nextMs = punchesMs[index + 1] ?? Number.POSITIVE_INFINITY;
      return { fromMs: atMs - worksAroundMs, toMs: nextMs - atMs <= worksBetweenMs ? nextMs : atMs + worksAroundMs };
    }),
  );
}

/** What holds when: what people verified, before that it rested, before that nobody was there, before that it was silent. */
function causesOf({ silent, verified, paused, away }: MachineTime): Readonly<Record<Cause, readonly Span[]>> {
  const told = union(verified);
  const rests = subtract(union(paused), told);
  // A gateway that was started anew within minutes leaves no hole in an outage that went on before and behind it.
  const nobody = union(away).filter(({ fromMs, toMs }) => toMs - fromMs >= shortestMs);
  const unwatched = subtract(nobody, [...told, ...rests]);
  const down = union([...told, ...subtract(union(silent), [...rests, ...unwatched])]);
  return { down, paused: rests, 'gateway-away': unwatched };
}

function windowOf(machine: MachineTime, cause: Cause, span: Span): MachineWindow {
  const { terminalName, silent, verified, paused, readThroughMs } = machine;
  const those = <T extends Span>(spans: readonly T[]): readonly T[] => spans.filter((other) => overlaps(span, other));
  const about = { ...span, terminalName, cause };
  if (cause !== 'down') {
    const reasons = cause === 'paused' ? unique(those(paused).map(({ reason }) => reason)) : [];
    return { ...about, certainty: 'unknown', codes: [], reasons, incidents: [] };
  }
  const incidents = unique(those(verified).map(({ incident }) => incident));
  const codes = unique(those(silent).flatMap(({ code }) => code ?? []));
  // What people verified stands; the gateway's own word waits until the log behind the silence is read.
  const isKnown = incidents.length > 0 || (readThroughMs !== null && readThroughMs >= span.toMs);
  return { ...about, certainty: isKnown ? 'known' : 'open', codes, reasons: [], incidents };
}

/**
 * When no machine of an office is known to have worked: some machine was expected, and each that was expected is down, or
 * nobody looked at it. Only while all of them were looked at and down, it is an outage of the office.
 *
 * @param windows of all machines, from {@link machineWindows}
 */
export function officeWindows(
  machines: readonly MachineTime[],
  windows: readonly MachineWindow[],
  range: Span,
): readonly OfficeWindow[] {
  const ofCause = (cause: Cause): readonly MachineWindow[] => windows.filter((window) => window.cause === cause);
  const down = darkSpans(machines, ofCause('down'), range);
  const unknown = subtract(darkSpans(machines, windows, range), down);
  const away = intersect(unknown, union(ofCause('gateway-away')));
  const parts = [
    ...down.map((span) => ({ span, cause: 'down' as const })),
    ...away.map((span) => ({ span, cause: 'gateway-away' as const })),
    ...subtract(unknown, away).map((span) => ({ span, cause: 'paused' as const })),
  ];
  return parts
    .filter(({ span }) => span.toMs - span.fromMs >= shortestMs)
    .map(({ span, cause }) => {
      const there = windows.filter((window) => overlaps(span, window));
      const isOpen = there.some((window) => window.certainty === 'open');
      const certainty: Certainty = cause !== 'down' ? 'unknown' : isOpen ? 'open' : 'known';
      return { ...span, cause, certainty, terminals: unique(there.map(({ terminalName }) => terminalName)).toSorted() };
    })
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** While some machine was expected, and each that was expected has one of these windows. */
function darkSpans(machines: readonly MachineTime[], windows: readonly MachineWindow[], range: Span): readonly Span[] {
  let dark = intersect(union(machines.flatMap(({ present }) => present)), [range]);
  for (const { terminalName, present } of machines) {
    const down = windows.filter((window) => window.terminalName === terminalName);
    dark = subtract(dark, subtract(union(present), union(down)));
  }
  return dark;
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
