/** What a process was doing when a page was slow: an event loop that was held, garbage, statements, connections. */
import { PerformanceObserver } from 'node:perf_hooks';
import pg from 'pg';

/** Something that took a while, in milliseconds since 1970. */
export interface TrailEvent {
  readonly atMs: number;
  readonly ms: number;
  readonly what: string;
}

const lookEveryMs = 5;
/** Shorter ones are not kept. */
const leastMs = 10;
/** The oldest are forgotten: statements of a few minutes. */
const mostEvents = 200_000;

/** Begins to watch this process. @returns what was seen since the last call */
export function watchProcess(): () => readonly TrailEvent[] {
  let events: TrailEvent[] = [];
  const note = (startMs: number, what: string, endMs = performance.now()): void => {
    if (endMs - startMs < leastMs || events.length >= mostEvents) return;
    events.push({ atMs: performance.timeOrigin + startMs, ms: endMs - startMs, what });
  };
  let lookedMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    note(lookedMs + lookEveryMs, 'event loop held', nowMs);
    lookedMs = nowMs;
  }, lookEveryMs).unref();
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) note(startTime, 'garbage', startTime + duration);
  }).observe({ entryTypes: ['gc'] });
  watchDatabase(note);
  return () => {
    const seen = events;
    events = [];
    return seen;
  };
}

/** Statements from the moment they are given to a connection, and connections until they can be used. */
function watchDatabase(note: (startMs: number, what: string) => void): void {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function watched(this: pg.Client, ...args: unknown[]) {
    const startMs = performance.now();
    const result = Reflect.apply(query, this, args);
    const what = textOf(args[0]);
    if (result instanceof Promise) {
      const done = (): void => note(startMs, what);
      result.then(done, done);
    }
    return result;
  } as typeof query;
  const { connect } = pg.Pool.prototype;
  pg.Pool.prototype.connect = function watched(this: pg.Pool, ...args: unknown[]) {
    const startMs = performance.now();
    const before = this.totalCount;
    const result = Reflect.apply(connect, this, args);
    const what = this.totalCount > before ? 'new connection' : 'waited for a connection';
    const done = (): void => note(startMs, what);
    if (result instanceof Promise) result.then(done, done);
    return result;
  } as typeof connect;
}

function textOf(asked: unknown): string {
  const named = typeof asked === 'object' && asked !== null && 'name' in asked && asked.name !== undefined;
  const text = typeof asked === 'string' ? asked : (asked as { text?: string } | undefined)?.text;
  return `${named ? 'prepared' : 'unprepared'}: ${(text ?? '?').replace(/\s+/g, ' ').trim().slice(0, 110)}`;
}

/** What happened while a page was waited for, the longest first. */
export function during(trail: readonly TrailEvent[], fromMs: number, untilMs: number): readonly TrailEvent[] {
  return trail
    .filter(({ atMs, ms }) => atMs < untilMs && atMs + ms > fromMs)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 8);
}
