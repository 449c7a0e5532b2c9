/** What `status` says of models of a clock that contradict each other. */
import type { FoundAlarm } from '../store/alarms.ts';
import { versionWords as words } from '../words/versions.ts';
import type { Cli } from './cli.ts';
import { printable } from './output.ts';

/** Rows whose earlier and later bounds do not meet. Instants as ISO 8601 in UTC. */
export interface AlarmStatus {
  readonly office: string;
  readonly terminal: string;
  readonly serial: string;
  readonly foundAt: string;
  /** Ids of the first and the last of these rows, and how many they are. */
  readonly firstPunchId: string;
  readonly lastPunchId: string;
  readonly rows: number;
  /** Versions of the clock's model (docs/data.md, `clock_model`); null when the earlier answer is older than versions. */
  readonly earlierVersion: number | null;
  readonly laterVersion: number;
}

/** Alarms shown, at most. */
export const alarmsShown = 20;

export function alarmStatusOf(alarm: FoundAlarm): AlarmStatus {
  const { serial, epoch, from, to } = alarm;
  return {
    office: alarm.officeCode,
    terminal: alarm.terminalName,
    serial,
    foundAt: new Date(alarm.foundAtMs).toISOString(),
    firstPunchId: `${serial}-${epoch}-${from}`,
    lastPunchId: `${serial}-${epoch}-${to - 1}`,
    rows: to - from,
    earlierVersion: alarm.earlierVersion,
    laterVersion: alarm.modelVersion,
  };
}

/** One line per alarm, and what to do; empty without any. */
export function alarmsText(alarms: readonly AlarmStatus[], cli: Cli): string {
  if (alarms.length === 0) return '';
  const lines = alarms.map(({ office, terminal, rows, firstPunchId, foundAt }) =>
    printable(
      `${office}/${terminal}: ${rows} ${cli.say(words.rows)} ${cli.say(words.alarms)} · ${firstPunchId} · ${foundAt.slice(0, 10)}`,
    ),
  );
  return `${lines.join('\n')}\n  ${cli.say(words.alarmNext)}\n`;
}
