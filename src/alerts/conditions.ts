/**
 * What is wrong, from one look at everything. Pure: the same facts give the same list.
 *
 * A switch that dies takes forty terminals with it, and a trunk line a dozen offices: whoever is told of each of them is
 * told of nothing. So the larger thing is named, and what it explains is not named beside it.
 */

import { needsOf, notificationDeadlineMs } from '../incident/ageing.ts';
import type { IncidentKind, IncidentState } from '../incident/steps.ts';

/** What can be wrong. A promise to those who are told (docs/operations.md, "Alerts"). */
export const alertKinds = [
  'network-dark',
  'office-dark',
  'terminal-silent',
  'terminal-needs-person',
  'clock-off',
  'clock-needs-person',
  'clock-contradiction',
  'log-nearly-full',
  'records-gone',
  'records-set-aside',
  'queue-stuck',
  'consumer-behind',
  'disk-low',
  'gateway-gone',
  'host-clock',
  'report-waiting',
  'breach-note-due',
] as const;
export type AlertKind = (typeof alertKinds)[number];
export type Severity = 'warning' | 'critical';

/** A terminal as its last poll left it. Instants in milliseconds UTC. */
export interface WatchedTerminal {
  readonly officeCode: string;
  readonly name: string;
  readonly state: 'waiting' | 'ok' | 'failing' | 'quarantined';
  readonly errorCode: string | null;
  readonly failingSinceMs: number | null;
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  /** Somebody paused it on purpose: its silence is no news. */
  readonly paused: boolean;
}

/** Something countable about one place or one consumer since an instant. */
export interface Counted {
  readonly name: string;
  readonly officeCode: string | null;
  readonly sinceMs: number;
  readonly count: number;
}

/** An open report. Instants in milliseconds UTC. */
export interface WatchedReport {
  readonly number: number;
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly openedMs: number;
  readonly lastStepMs: number;
  readonly noteSentMs: number | null;
}

/** Everything the judgement rests on. `null`: nobody could tell, which is no alert. */
export interface WatchedFacts {
  readonly nowMs: number;
  readonly terminals: readonly WatchedTerminal[];
  /** Records gone or possibly gone, per terminal, found lately. */
  readonly gaps: readonly Counted[];
  readonly contradictions: readonly Counted[];
  readonly setAside: { readonly count: number; readonly lastMs: number } | null;
  readonly queue: { readonly depth: number; readonly most: number; readonly lastStoredMs: number | null } | null;
  readonly consumers: readonly Counted[];
  /** Smallest free share of the file systems the gateway writes to. */
  readonly disk: { readonly freeShare: number; readonly freeBytes: number } | null;
  /** Gateways that gave no sign of life and did not say goodbye. */
  readonly goneHosts: readonly { readonly name: string; readonly silentMs: number }[];
  readonly hostErrorMs: number | null;
  readonly reports: readonly WatchedReport[];
}

export interface AlertRules {
  readonly silentMs: number;
  readonly clockOffMs: number;
  /** 0…1 */
  readonly logFullShare: number;
  /** 0…1 */
  readonly diskFreeShare: number;
}

/** Something that is wrong now. */
export interface Condition {
  readonly key: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly sinceMs: number;
  /** Numbers and codes for words and programs; never a person. */
  readonly facts: Readonly<Record<string, string | number | null>>;
}

/** So many offices dark at once, and such a share of all, are one thing and not many. */
const darkOfficesTogether = 3;
const darkShareTogether = 0.3;
const queueStillMs = 5 * 60_000;
const consumerBehindMs = 3_600_000;
const hostErrorLimitMs = 1_000;
const leastFreeBytes = 1_000_000_000;

/** All conditions, the widest first. */
export function conditionsOf(facts: WatchedFacts, rules: AlertRules): readonly Condition[] {
  return [
    ...silences(facts, rules),
    ...terminalTroubles(facts, rules),
    ...gatewayTroubles(facts, rules),
    ...waitingReports(facts),
  ];
}

function silences({ terminals, nowMs }: WatchedFacts, rules: AlertRules): Condition[] {
  const offices = new Map<string, { all: number; silent: WatchedTerminal[] }>();
  for (const one of terminals) {
    const office = offices.get(one.officeCode) ?? { all: 0, silent: [] };
    if (!one.paused) office.all += 1;
    if (isSilent(one, nowMs, rules)) office.silent.push(one);
    offices.set(one.officeCode, office);
  }
  // An office with one terminal is dark when the network is; alone it says no more than its terminal does.
  const whole = [...offices].filter(([, office]) => office.all > 0 && office.silent.length === office.all);
  const isNetwork = whole.length >= darkOfficesTogether && whole.length >= darkShareTogether * offices.size;
  const dark = whole.filter(([, office]) => isNetwork || office.all >= 2);
  const found: Condition[] = [];
  if (isNetwork) {
    const since = Math.min(...dark.flatMap(([, office]) => office.silent.map((one) => one.failingSinceMs ?? nowMs)));
    const machines = dark.reduce((sum, [, office]) => sum + office.silent.length, 0);
    found.push(
      conditionOf('network-dark', 'critical', {}, since, { offices: dark.length, of: offices.size, machines }),
    );
  } else {
    for (const [officeCode, office] of dark) {
      const since = Math.min(...office.silent.map((one) => one.failingSinceMs ?? nowMs));
      found.push(conditionOf('office-dark', 'critical', { officeCode }, since, { machines: office.all }));
    }
  }
  const explained = new Set(dark.map(([code]) => code));
  for (const one of terminals) {
    if (explained.has(one.officeCode) || !isSilent(one, nowMs, rules)) continue;
    const place = { officeCode: one.officeCode, terminalName: one.name };
    const facts = { code: one.errorCode };
    found.push(conditionOf('terminal-silent', 'warning', place, one.failingSinceMs ?? nowMs, facts));
  }
  return found;
}

function isSilent(one: WatchedTerminal, nowMs: number, { silentMs }: AlertRules): boolean {
  if (one.paused || one.state !== 'failing' || one.failingSinceMs === null) return false;
  return nowMs - one.failingSinceMs >= silentMs;
}

function terminalTroubles({ terminals, gaps, contradictions, nowMs }: WatchedFacts, rules: AlertRules): Condition[] {
  const found: Condition[] = [];
  for (const one of terminals) {
    if (one.paused) continue;
    const place = { officeCode: one.officeCode, terminalName: one.name };
    const add = (kind: AlertKind, sinceMs: number, facts: Condition['facts']): void =>
      void found.push(conditionOf(kind, 'warning', place, sinceMs, facts));
    if (one.state === 'quarantined') add('terminal-needs-person', one.failingSinceMs ?? nowMs, { code: one.errorCode });
    if (one.state === 'ok' && one.errorCode?.startsWith('TERMINAL_CLOCK_') === true)
      add('clock-needs-person', nowMs, { code: one.errorCode });
    else if (one.state === 'ok' && isClockOff(one, rules))
      add('clock-off', nowMs, { offsetMs: Math.round(one.offsetMs ?? 0) });
    const { records, recordCapacity } = one;
    if (
      records !== null &&
      recordCapacity !== null &&
      recordCapacity > 0 &&
      records / recordCapacity >= rules.logFullShare
    )
      add('log-nearly-full', nowMs, { records, recordCapacity });
  }
  const counted = (kind: AlertKind, severity: Severity, rows: readonly Counted[]): void => {
    for (const { name, officeCode, sinceMs, count } of rows)
      found.push(conditionOf(kind, severity, { officeCode, terminalName: name }, sinceMs, { count }));
  };
  counted('records-gone', 'critical', gaps);
  counted('clock-contradiction', 'warning', contradictions);
  return found;
}

function isClockOff({ offsetMs, offsetBoundMs }: WatchedTerminal, { clockOffMs }: AlertRules): boolean {
  return offsetMs !== null && Math.abs(offsetMs) - (offsetBoundMs ?? 0) > clockOffMs;
}

function gatewayTroubles(facts: WatchedFacts, rules: AlertRules): Condition[] {
  const { nowMs, queue, disk, setAside, hostErrorMs } = facts;
  const found: Condition[] = [];
  const add = (kind: AlertKind, severity: Severity, sinceMs: number, more: Condition['facts'], name = ''): void =>
    void found.push(conditionOf(kind, severity, { terminalName: name === '' ? null : name }, sinceMs, more));
  if (queue !== null && queue.depth > 0) {
    const stillMs = nowMs - (queue.lastStoredMs ?? nowMs);
    if (queue.depth >= queue.most || stillMs >= queueStillMs)
      add('queue-stuck', 'critical', queue.lastStoredMs ?? nowMs, { depth: queue.depth });
  }
  if (disk !== null && (disk.freeShare < rules.diskFreeShare || disk.freeBytes < leastFreeBytes))
    add('disk-low', 'critical', nowMs, {
      freePercent: Math.floor(disk.freeShare * 100),
      freeMb: Math.floor(disk.freeBytes / 1e6),
    });
  if (setAside !== null && setAside.count > 0)
    add('records-set-aside', 'warning', setAside.lastMs, { count: setAside.count });
  for (const { name, sinceMs, count } of facts.consumers)
    if (nowMs - sinceMs >= consumerBehindMs) add('consumer-behind', 'warning', sinceMs, { rows: count }, name);
  for (const { name, silentMs } of facts.goneHosts) add('gateway-gone', 'critical', nowMs - silentMs, {}, name);
  if (hostErrorMs !== null && hostErrorMs > hostErrorLimitMs)
    add('host-clock', 'critical', nowMs, { errorMs: Math.round(hostErrorMs) });
  return found;
}

function waitingReports({ reports, nowMs }: WatchedFacts): Condition[] {
  return reports.flatMap((report) =>
    needsOf(report, nowMs).map((kind) => {
      const { number, officeCode, terminalName, openedMs, lastStepMs } = report;
      const isNote = kind === 'breach-note-due';
      const dueMs = notificationDeadlineMs(report.kind, openedMs) ?? openedMs;
      const facts = isNote ? { number, leftMs: dueMs - nowMs } : { number, waitingMs: nowMs - lastStepMs };
      const place = { officeCode, terminalName };
      const found = conditionOf(kind, isNote ? 'critical' : 'warning', place, isNote ? openedMs : lastStepMs, facts);
      // A place may have several reports, and many reports no place.
      return { ...found, key: JSON.stringify([kind, officeCode, terminalName, number]) };
    }),
  );
}

function conditionOf(
  kind: AlertKind,
  severity: Severity,
  place: { readonly officeCode?: string | null; readonly terminalName?: string | null },
  sinceMs: number,
  facts: Condition['facts'],
): Condition {
  const { officeCode = null, terminalName = null } = place;
  return {
    key: JSON.stringify([kind, officeCode, terminalName]),
    kind,
    severity,
    officeCode,
    terminalName,
    sinceMs,
    facts,
  };
}
