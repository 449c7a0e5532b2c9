/**
 * Metrics for Prometheus, in a registry of their own.
 *
 * Labels are office codes, terminal names and error codes: as many as are configured and no more. Never a PIN, a serial
 * somebody can invent, or an address.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type ConsumerMetrics, createConsumerMetrics } from './consumer-metrics.ts';

/** A terminal as it is configured. */
export interface MetricPlace {
  readonly office: string;
  readonly terminal: string;
}

/** Open alerts of one kind. */
export interface AlertCount {
  readonly kind: string;
  readonly severity: string;
  readonly alerts: number;
}

/** What the gateway tells, and what is shown. */
export interface Metrics extends ConsumerMetrics {
  /** A poll ended; `errorCode` is null when it was good. */
  pollEnded(place: MetricPlace, durationMs: number, errorCode: string | null): void;
  /** How late a poll began. */
  pollLate(lateMs: number): void;
  /** The end of a good read, for "how old is the data". */
  readAt(place: MetricPlace, atMs: number): void;
  /** The clock of a terminal minus true time in its office's zone. */
  clockOffset(place: MetricPlace, offsetMs: number, boundMs: number): void;
  /** Rows that were committed. */
  punchesStored(office: string, rows: number): void;
  /** Rows the broker has confirmed. */
  punchesPublished(rows: number): void;
  /** A depth that is asked for when metrics are read; `null` leaves the last value standing. */
  watchDepth(name: 'queue' | 'outbox' | 'clockAlarms', read: () => Promise<number | null>): void;
  /** Open alerts, asked for when metrics are read. */
  watchAlerts(read: () => Promise<readonly AlertCount[]>): void;
  /** Free space, asked for when metrics are read. */
  watchDisk(read: () => Promise<{ readonly freeBytes: number; readonly freeShare: number } | null>): void;
  /** Open pages. */
  pagesOpen(pages: number): void;
  /** The text Prometheus reads, and its content type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

const latenessBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];
const secondBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const depthWithinMs = 1_000;

/** Creates all instruments. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gerbang_' });
  const registers = [registry];
  const polls = new Histogram({
    name: 'gerbang_poll_duration_seconds',
    help: 'Time one poll of a terminal took',
    labelNames: ['office', 'outcome'],
    buckets: secondBuckets,
    registers,
  });
  const lateness = new Histogram({
    name: 'gerbang_poll_lateness_seconds',
    help: 'How long after it was due a poll began',
    buckets: latenessBuckets,
    registers,
  });
  const failures = new Counter({
    name: 'gerbang_poll_failures_total',
    help: 'Polls that failed, by error code (docs/operations.md)',
    labelNames: ['office', 'terminal', 'code'],
    registers,
  });
  const reads = new Gauge({
    name: 'gerbang_last_read_timestamp_seconds',
    help: 'When the terminal was last read whole',
    labelNames: ['office', 'terminal'],
    registers,
  });
  const offsets = new Gauge({
    name: 'gerbang_clock_offset_seconds',
    help: 'Clock of the terminal minus true time',
    labelNames: ['office', 'terminal'],
    registers,
  });
  const bounds = new Gauge({
    name: 'gerbang_clock_offset_bound_seconds',
    help: 'How far the clock offset may be from its true value',
    labelNames: ['office', 'terminal'],
    registers,
  });
  const stored = new Counter({
    name: 'gerbang_punches_stored_total',
    help: 'Punches committed to Postgres',
    labelNames: ['office'],
    registers,
  });
  const published = new Counter({
    name: 'gerbang_punches_published_total',
    help: 'Attendance rows confirmed by the MQTT broker',
    registers,
  });
  const pages = new Gauge({ name: 'gerbang_pages_open', help: 'Open event streams', registers });
  return {
    ...createConsumerMetrics(registry),
    pollEnded({ office, terminal }, durationMs, errorCode) {
      polls.observe({ office, outcome: errorCode === null ? 'ok' : 'failed' }, durationMs / 1000);
      if (errorCode !== null) failures.inc({ office, terminal, code: errorCode });
    },
    pollLate: (lateMs) => lateness.observe(lateMs / 1000),
    readAt: (place, atMs) => reads.set({ ...place }, atMs / 1000),
    clockOffset(place, offsetMs, boundMs) {
      offsets.set({ ...place }, offsetMs / 1000);
      bounds.set({ ...place }, boundMs / 1000);
    },
    punchesStored: (office, rows) => stored.inc({ office }, rows),
    punchesPublished: (rows) => published.inc(rows),
    watchDepth: (name, read) => watchDepth(registry, name, read),
    watchAlerts: (read) => watchAlerts(registry, read),
    watchDisk: (read) => watchDisk(registry, read),
    pagesOpen: (open) => pages.set(open),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

const depths = {
  queue: { name: 'gerbang_queue_depth', help: 'Batches that wait in the queue' },
  outbox: { name: 'gerbang_outbox_depth', help: 'Lines that wait to be published' },
  clockAlarms: { name: 'gerbang_clock_alarms', help: 'Models of a clock that contradict each other, last 30 days' },
} as const;

function watchDepth(registry: Registry, name: keyof typeof depths, read: () => Promise<number | null>): void {
  new Gauge({
    ...depths[name],
    registers: [registry],
    async collect() {
      const depth = await inTime(read);
      if (depth !== null) this.set(depth);
    },
  });
}

function watchAlerts(registry: Registry, read: () => Promise<readonly AlertCount[]>): void {
  new Gauge({
    name: 'gerbang_alerts_open',
    help: 'Open alerts, by kind and severity (docs/operations.md, "Alerts")',
    labelNames: ['kind', 'severity'],
    registers: [registry],
    async collect() {
      const counts = await inTime(read);
      if (counts === null) return;
      this.reset();
      for (const { kind, severity, alerts } of counts) this.set({ kind, severity }, alerts);
    },
  });
}

function watchDisk(
  registry: Registry,
  read: () => Promise<{ readonly freeBytes: number; readonly freeShare: number } | null>,
): void {
  const told = [
    ['gerbang_disk_free_ratio', 'Free share of the fullest disk the gateway writes to, 0 to 1', 'freeShare'],
    ['gerbang_disk_free_bytes', 'Free bytes of the fullest disk the gateway writes to', 'freeBytes'],
  ] as const;
  for (const [name, help, field] of told)
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const disk = await inTime(read);
        if (disk !== null) this.set(disk[field]);
      },
    });
}

/** A number that cannot be had in time must not hold up the others. */
async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), depthWithinMs);
  });
  const found = await Promise.race([read().catch(() => null), late]);
  clearTimeout(timer);
  return found;
}
