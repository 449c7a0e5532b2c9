/** The answer of `status` for people: a table that fits 100 columns, then every problem with its next step. */
import { formatDeviceTime } from '../clock/device-time.ts';
import { wallTimeIn, zoneLabel } from '../clock/zone.ts';
import { isClockUnfit } from '../errors.ts';
import { backlogText } from '../words/backlog.ts';
import { answers, frame } from '../words/commands.ts';
import { explainError } from '../words/errors.ts';
import { evidenceWords } from '../words/evidence.ts';
import { hostClockText } from '../words/host-clock.ts';
import { numberText } from '../words/language.ts';
import { ageText, offsetBrief } from '../words/time.ts';
import type { Cli } from './cli.ts';
import { printable, table } from './output.ts';
import { alarmsText } from './status-alarms.ts';
import { consumersText } from './status-consumers.ts';
import { gapsText } from './status-gaps.ts';
import type { StatusReport, TerminalStatus } from './status-report.ts';

const stateWords = {
  ok: answers.stateOk,
  waiting: answers.stateWaiting,
  failing: answers.stateFailing,
  quarantined: answers.stateQuarantined,
} as const;

/** @param nowMs host time in milliseconds UTC, for ages */
export function statusText(report: StatusReport, cli: Cli, nowMs: number): string {
  const { terminals } = report;
  const parts = report.gatewayRunning ? [] : [`${cli.say(answers.lastKnown)}\n`];
  if (terminals.length === 0) parts.push(`${cli.say(answers.noTerminals)}\n`);
  else
    parts.push(
      table(
        headOf(cli),
        terminals.map((terminal) => rowOf(terminal, cli, nowMs)),
      ),
    );
  const problems = terminals.filter((terminal) => terminal.errorCode !== null);
  if (problems.length > 0) parts.push('\n', ...problems.map((terminal) => problemOf(terminal, report, cli, nowMs)));
  const zoneOf = (office: string): string => report.offices.find(({ code }) => code === office)?.timeZone ?? 'UTC';
  parts.push(
    '\n',
    gapsText(report.gaps, zoneOf, cli),
    alarmsText(report.clockAlarms, cli),
    consumersText(report.consumers, cli, nowMs),
  );
  parts.push(backlogOf(report, cli), evidenceOf(report, cli), summaryOf(report, cli));
  parts.push(`${hostClockText(report.hostClock, cli.lang)}\n`);
  return parts.join('');
}

function evidenceOf({ evidence }: StatusReport, cli: Cli): string {
  const sealed =
    evidence.sealedThrough === null ? [] : [`${cli.say(evidenceWords.sealed)} ${evidence.sealedThrough} (UTC)`];
  const alterable = evidence.alterableBy.map((role) => `${cli.say(evidenceWords.alterable)}: ${printable(role)}`);
  return [...sealed, ...alterable].map((line) => `${line}\n`).join('');
}

function headOf(cli: Cli): string[] {
  const heads = [
    answers.office,
    answers.terminal,
    answers.state,
    answers.lastRead,
    answers.offset,
    answers.records,
    answers.fill,
  ];
  return heads.map((text) => cli.say(text));
}

function rowOf(terminal: TerminalStatus, cli: Cli, nowMs: number): string[] {
  const { office, name, lastRead, offsetMs, offsetBoundMs, records, fillPercent } = terminal;
  // It is read as ever, but its clock waits for somebody.
  const state = isClockUnfit(terminal.errorCode) ? answers.stateQuarantined : stateWords[terminal.state];
  return [
    office,
    name,
    cli.say(state),
    lastRead === null ? cli.say(answers.never) : ageText(nowMs - Date.parse(lastRead), cli.lang),
    offsetMs === null ? '–' : offsetBrief(offsetMs, offsetBoundMs, cli.lang),
    records === null ? '–' : numberText(records, cli.lang),
    fillPercent === null ? '–' : `${numberText(fillPercent, cli.lang, 1)} %`,
  ];
}

/** `2025-03-02 07:31:04 WIB` */
function instantText(atMs: number, timeZone: string): string {
  return `${formatDeviceTime(wallTimeIn(timeZone, atMs)).replace('T', ' ')} ${zoneLabel(timeZone, atMs)}`;
}

/** What, since when, why, and the next step. */
function problemOf(terminal: TerminalStatus, report: StatusReport, cli: Cli, nowMs: number): string {
  const { office, name, errorCode, failingSince } = terminal;
  const { what, next } = explainError({ code: errorCode ?? 'INTERNAL' }, cli.lang);
  const timeZone = report.offices.find(({ code }) => code === office)?.timeZone ?? 'UTC';
  const sinceMs = failingSince === null ? null : Date.parse(failingSince);
  const since =
    sinceMs === null
      ? ''
      : ` · ${cli.say(answers.since)} ${instantText(sinceMs, timeZone)} (${ageText(nowMs - sinceMs, cli.lang)})`;
  const head = printable(`${office}/${name}: ${what} [${errorCode}]${since}`);
  return `${head}\n  ${cli.say(frame.next)}: ${next}\n`;
}

/** A first read of a whole fleet takes an hour or more; a few records on their way are not worth a line. */
const worthALine = 1_000;

function backlogOf({ backlog }: StatusReport, cli: Cli): string {
  if (backlog === null || backlog.counted - backlog.stored < worthALine) return '';
  return `${backlogText(backlog, cli.lang)}\n`;
}

function summaryOf({ terminals, queue }: StatusReport, cli: Cli): string {
  const ok = terminals.filter(({ state }) => state === 'ok').length;
  const waiting =
    queue.waiting === null
      ? `${cli.say(answers.unknown)} [${queue.errorCode}]`
      : `${numberText(queue.waiting, cli.lang)} ${cli.say(answers.batchesWaiting)}`;
  const aside = queue.setAside === 0 ? '' : ` · ${numberText(queue.setAside, cli.lang)} ${cli.say(answers.setAside)}`;
  const reachable = `${ok} ${cli.say(answers.recordsOf)} ${terminals.length} ${cli.say(answers.reachable)}`;
  return `${reachable} · ${cli.say(answers.queue)}: ${waiting}${aside}\n`;
}
