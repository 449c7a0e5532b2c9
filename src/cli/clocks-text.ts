/** The answer of `clocks` for people: a table within 100 columns, then what was seen of each clock and the next step. */
import { figuresFor } from '../explain/figures.ts';
import type { Notice, TerminalClock } from '../explain/terminal-clock.ts';
import { stepKinds } from '../words/clock.ts';
import { troubleKinds } from '../words/clock-troubles.ts';
import { clockStandings, clockWords } from '../words/clocks.ts';
import { type Lang, numberText } from '../words/language.ts';
import { ageText, durationText, offsetBrief } from '../words/time.ts';
import type { Cli } from './cli.ts';
import { printable, table, wrapped } from './output.ts';

/** @param options.nowMs host time in milliseconds UTC, for ages */
export function clocksText(
  clocks: readonly TerminalClock[],
  cli: Cli,
  options: { readonly nowMs: number; readonly office?: string | undefined },
): string {
  if (clocks.length === 0) return `${cli.say(options.office === undefined ? clockWords.none : clockWords.noneIn)}\n`;
  const head = [
    clockWords.standing,
    clockWords.office,
    clockWords.terminal,
    clockWords.offset,
    clockWords.rate,
    clockWords.lastSet,
    clockWords.lastStep,
  ];
  const rows = clocks.map((clock) => rowOf(clock, cli, options.nowMs));
  const parts = [table(head.map(cli.say), rows)];
  const noticed = clocks.filter(({ notices, contradictions }) => notices.length > 0 || contradictions > 0);
  if (noticed.length > 0) parts.push('\n', ...noticed.map((clock) => noticesText(clock, cli)));
  const last = `${numberText(clocks.length, cli.lang)} ${cli.say(clockWords.summary)}. ${cli.say(clockWords.neutral)}`;
  parts.push('\n', ...wrapped(last, 100).map((line) => `${line}\n`));
  return parts.join('');
}

function rowOf(clock: TerminalClock, cli: Cli, nowMs: number): string[] {
  const { lang } = cli;
  const { officeCode, terminalName, standing, lastSetMs, lastStep } = clock;
  return [
    cli.say(clockStandings[standing]),
    officeCode,
    terminalName,
    offsetCell(clock, cli),
    rateCell(clock.ppm, lang),
    lastSetMs === null ? '–' : ageText(nowMs - lastSetMs, lang),
    lastStep === null ? '–' : `${stepKinds[lastStep.kind][lang]}${sizeText(lastStep.byMs, lang)}`,
  ];
}

function offsetCell({ offsetMs, boundMs, lastLookMs, standing }: TerminalClock, cli: Cli): string {
  if (offsetMs !== null) return offsetBrief(offsetMs, boundMs, cli.lang);
  return standing === 'wrong'
    ? cli.say(clockWords.frozen)
    : lastLookMs === null
      ? '–'
      : cli.say(clockStandings.unmeasured);
}

/** Seconds a day say more than millionths. */
function rateCell(ppm: number | null, lang: Lang): string {
  if (ppm === null) return '–';
  const perDay = Math.round(ppm * 0.864) / 10;
  const size = `${numberText(Math.abs(perDay), lang, 1)} ${clockWords.perDay[lang]}`;
  return perDay === 0 ? size : `${perDay > 0 ? '+' : '−'}${size}`;
}

function sizeText(byMs: { readonly earliestMs: number; readonly latestMs: number } | null, lang: Lang): string {
  if (byMs === null) return '';
  const middleMs = (byMs.earliestMs + byMs.latestMs) / 2;
  if (!Number.isFinite(middleMs)) return '';
  return ` ${middleMs < 0 ? '−' : '+'}${durationText(middleMs, lang, 'short')}`;
}

/** What was seen, since when, and the next step. */
function noticesText(clock: TerminalClock, cli: Cli): string {
  const place = `${clock.officeCode}/${clock.terminalName} (${clock.serial})`;
  const lines = clock.notices.flatMap((notice) => noticeLines(notice, clock.timeZone, cli));
  if (clock.contradictions > 0) lines.push(...wrapped(cli.say(clockWords.contradictions), 96));
  return `${printable(place)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function noticeLines({ kind, fromMs, untilMs, records }: Notice, timeZone: string, cli: Cli): string[] {
  const { name, meaning, next } = troubleKinds[kind];
  const figures = figuresFor(timeZone, untilMs, cli.lang);
  const from = Number.isFinite(fromMs) ? `${figures.instant(fromMs, 0)} ${figures.zoneName}` : '…';
  const count = records === 0 ? '' : ` · ${numberText(records, cli.lang)} ${cli.say(clockWords.records)}`;
  const what = `${cli.say(name)}: ${cli.say(meaning)} ${cli.say(clockWords.since)} ${from}${count}`;
  return [
    ...wrapped(what, 96),
    ...wrapped(`${cli.say(clockWords.next)}: ${cli.say(next)}`, 94).map((line) => `  ${line}`),
  ];
}
