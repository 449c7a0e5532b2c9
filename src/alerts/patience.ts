/**
 * When a condition becomes an alert, and when an alert is over. Pure.
 *
 * A cable that is touched makes a terminal silent for a moment; a line that comes and goes makes it well for a moment. Both
 * must last before anybody is told.
 */
import type { AlertKind, Condition } from './conditions.ts';

/** What was seen at earlier looks, by key. */
export interface Seen {
  readonly firstMs: number;
  /** Since when it is not so any more; null while it is. */
  readonly absentSinceMs: number | null;
}

/** What is to be done about alerts. */
export interface Verdict {
  readonly open: readonly Condition[];
  readonly refresh: readonly Condition[];
  /** Keys. */
  readonly close: readonly string[];
  readonly seen: ReadonlyMap<string, Seen>;
}

/** How long it must be so before it is an alert; those that are left out have been waited for already. */
const holdMs: Partial<Record<AlertKind, number>> = {
  'clock-off': 6 * 3_600_000,
  'queue-stuck': 60_000,
  'disk-low': 60_000,
  'office-dark': 60_000,
  'network-dark': 60_000,
};
/** How long it must be over before it is over. */
const graceMs = 120_000;

/** @param openKeys keys of the alerts that are open now */
export function judge(
  conditions: readonly Condition[],
  openKeys: ReadonlySet<string>,
  seen: ReadonlyMap<string, Seen>,
  nowMs: number,
): Verdict {
  const next = new Map<string, Seen>();
  const open: Condition[] = [];
  const refresh: Condition[] = [];
  for (const condition of conditions) {
    const firstMs = seen.get(condition.key)?.firstMs ?? nowMs;
    next.set(condition.key, { firstMs, absentSinceMs: null });
    if (openKeys.has(condition.key)) refresh.push(condition);
    else if (nowMs - firstMs >= (holdMs[condition.kind] ?? 0)) open.push(condition);
  }
  const close: string[] = [];
  for (const key of openKeys) {
    if (next.has(key)) continue;
    const before = seen.get(key);
    const absentSinceMs = before?.absentSinceMs ?? nowMs;
    if (nowMs - absentSinceMs >= graceMs) close.push(key);
    else next.set(key, { firstMs: before?.firstMs ?? nowMs, absentSinceMs });
  }
  return { open, refresh, close, seen: next };
}

/** A channel: whom to tell, of what, when. */
export interface Channel {
  readonly name: string;
  readonly minSeverity: 'warning' | 'critical';
  /** Null for all. */
  readonly offices: readonly string[] | null;
}

/** An alert as channels look at it. */
export interface TellableAlert {
  readonly alertId: number;
  readonly severity: 'warning' | 'critical';
  readonly officeCode: string | null;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly acknowledged: boolean;
  readonly toldOpened: boolean;
  readonly toldClosed: boolean;
}

/**
 * What a channel is told now: all of it in one message, and only once a storm has had time to gather.
 *
 * @param isQuiet true in quiet hours: what is not critical waits for their end
 */
export function noticesFor<A extends TellableAlert>(
  channel: Channel,
  alerts: readonly A[],
  gatherMs: number,
  nowMs: number,
  isQuiet: boolean,
): { readonly opened: readonly A[]; readonly closed: readonly A[] } {
  const concerns = alerts.filter(
    (alert) =>
      (channel.minSeverity === 'warning' || alert.severity === 'critical') &&
      (channel.offices === null || alert.officeCode === null || channel.offices.includes(alert.officeCode)) &&
      (!isQuiet || alert.severity === 'critical'),
  );
  // What is over before anybody was told, and what somebody took on already, is no news.
  const opened = concerns.filter((alert) => !alert.toldOpened && alert.closedAtMs === null && !alert.acknowledged);
  const closed = concerns.filter((alert) => alert.toldOpened && !alert.toldClosed && alert.closedAtMs !== null);
  const oldest = Math.min(
    ...opened.map((alert) => alert.openedAtMs),
    ...closed.map((alert) => alert.closedAtMs ?? nowMs),
  );
  return nowMs - oldest >= gatherMs ? { opened, closed } : { opened: [], closed: [] };
}
