/** A probe's findings as a person reads them, within 100 columns. */
import { zoneLabel } from '../clock/zone.ts';
import { answers, frame } from '../words/commands.ts';
import { numberText } from '../words/language.ts';
import { probeWords } from '../words/probe.ts';
import { boundText, offsetText } from '../words/time.ts';
import type { Cli } from './cli.ts';
import { pairs, printable, wrapped } from './output.ts';
import type { ProbeReport } from './probe.ts';

const columns = 100;

/** One `label: value` line per fact, then what stands in the way, then the advice. */
export function probeText(report: ProbeReport, cli: Cli): string {
  const { lang } = cli;
  const say = cli.say;
  const known = (value: string | number | null): string =>
    value === null ? say(answers.unknown) : typeof value === 'number' ? numberText(value, lang) : value;
  const tail = { true: answers.tailYes, false: answers.tailNo, null: answers.unknown } as const;
  const live = { true: probeWords.liveYes, false: probeWords.liveNo, null: answers.unknown } as const;
  const filter = {
    answered: probeWords.filterAnswered,
    refused: probeWords.filterRefused,
    unclear: probeWords.filterUnclear,
    null: probeWords.notAsked,
  } as const;
  const facts = pairs(
    [
      [say(answers.address), report.address],
      [say(probeWords.transport), transportText(report)],
      [say(answers.serial), report.serial],
      [say(answers.name), known(report.deviceName)],
      [say(answers.platform), known(report.platform)],
      [say(answers.firmware), known(report.firmware)],
      [say(probeWords.options), optionsText(report, cli)],
      [say(answers.users), known(report.users)],
      [say(probeWords.userRecordSize), userSizeText(report, cli)],
      [say(answers.records), recordsText(report, cli)],
      [say(probeWords.growth), growthText(report, cli)],
      [say(answers.recordSize), sizeText(report, cli)],
      [say(probeWords.proof), proofText(report, cli)],
      [say(answers.tailReads), say(tail[`${report.tailReads}`])],
      [say(probeWords.live), say(live[`${report.liveEvents}`])],
      [say(probeWords.timeFilter), say(filter[`${report.timeFilter}`])],
      [say(answers.deviceTime), known(report.deviceTime?.replace('T', ' ') ?? null)],
      [say(answers.offset), clockText(report, cli)],
    ],
    columns,
  );
  return `${facts}${problemText(report, cli)}${adviceText(report, cli)}`;
}

function optionsText({ options }: ProbeReport, cli: Cli): string {
  const told = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return told.length === 0 ? cli.say(probeWords.noOptions) : told.join(', ');
}

/** How it was reached; abilities a driver does not have are its own, not the terminal's, so another one is named. */
function transportText({ transport, driver }: ProbeReport): string {
  return driver === 'zk' ? transport.toUpperCase() : `${transport.toUpperCase()} (driver: ${driver})`;
}

function userSizeText({ userRecordBytes }: ProbeReport, cli: Cli): string {
  if (userRecordBytes === null) return cli.say(answers.unknown);
  return `${userRecordBytes} ${cli.say(answers.bytes)} (${cli.say(probeWords.bySizeAndCount)})`;
}

function recordsText({ records, recordCapacity, fillPercent }: ProbeReport, cli: Cli): string {
  if (records === null) return cli.say(answers.unknown);
  const count = numberText(records, cli.lang);
  if (recordCapacity === null || fillPercent === null) return count;
  const fill = `${numberText(fillPercent, cli.lang, 1)} % ${cli.say(answers.full)}`;
  return `${count} ${cli.say(answers.recordsOf)} ${numberText(recordCapacity, cli.lang)} (${fill})`;
}

function growthText({ daysToFull, recordsPerDay }: ProbeReport, cli: Cli): string {
  if (daysToFull === null || recordsPerDay === null) return cli.say(probeWords.growthUnknown);
  return filled(cli.say(probeWords.growthText), [
    numberText(daysToFull, cli.lang),
    numberText(recordsPerDay, cli.lang, 1),
  ]);
}

function sizeText({ records, recordBytes, recordLayout }: ProbeReport, cli: Cli): string {
  if (recordBytes === null) return cli.say(records === 0 ? answers.noRecords : answers.notProven);
  return `${recordBytes} ${cli.say(answers.bytes)} (${recordLayout})`;
}

function proofText({ proof }: ProbeReport, cli: Cli): string {
  if (proof === null) return '–';
  const content = filled(cli.say(probeWords.byContent), [numberText(proof.recordsExamined, cli.lang)]);
  return [...(proof.counter ? [cli.say(probeWords.byCounter)] : []), cli.say(probeWords.bySize), content].join(', ');
}

function clockText({ clock }: ProbeReport, cli: Cli): string {
  if (clock === null) return cli.say(answers.clockImpossible);
  const { offsetMs, boundMs, timeZone, zoneGuessed, measuredAt } = clock;
  const zone = `${cli.say(answers.against)} ${zoneLabel(timeZone, Date.parse(measuredAt))}`;
  const guess = zoneGuessed ? ` (${cli.say(answers.zoneGuessed)})` : '';
  return `${offsetText(offsetMs, boundMs, cli.lang)} ${boundText(boundMs, cli.lang)}, ${zone}${guess}`;
}

function problemText({ problem }: ProbeReport, cli: Cli): string {
  if (problem === null) return '';
  return `\n${[
    `${cli.say(probeWords.problem)}: ${problem.what} [${problem.code}]`,
    `${cli.say(frame.next)}: ${problem.next}`,
    `${cli.say(frame.details)}: ${problem.details}`,
  ]
    .flatMap((text) => wrapped(printable(text), columns))
    .join('\n')}\n`;
}

function adviceText({ advice }: ProbeReport, cli: Cli): string {
  if (advice.length === 0) return '';
  const items = advice.flatMap(({ text, config }) => {
    const lines = wrapped(text, columns - 2).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
    return config === null ? lines : [...lines, `  ${config}   # ${cli.say(probeWords.inConfig)}`];
  });
  return `\n${cli.say(probeWords.advice)}:\n${items.join('\n')}\n`;
}

/** Puts values where the text has `%`. */
export function filled(text: string, values: readonly string[]): string {
  const rest = [...values];
  return text.replaceAll('%', () => rest.shift() ?? '');
}
