/** A probe's findings as a person reads them. */
import { zoneLabel } from '../clock/zone.ts';
import { answers } from '../words/commands.ts';
import { numberText } from '../words/language.ts';
import { boundText, offsetText } from '../words/time.ts';
import type { Cli } from './cli.ts';
import { pairs } from './output.ts';
import type { ProbeReport } from './probe.ts';

/** One `label: value` line per fact. */
export function probeText(report: ProbeReport, cli: Cli): string {
  const { lang } = cli;
  const known = (value: string | number | null): string =>
    value === null ? cli.say(answers.unknown) : typeof value === 'number' ? numberText(value, lang) : value;
  const tail = { true: answers.tailYes, false: answers.tailNo, null: answers.unknown } as const;
  return pairs([
    [cli.say(answers.address), report.address],
    [cli.say(answers.serial), report.serial],
    [cli.say(answers.name), known(report.deviceName)],
    [cli.say(answers.platform), known(report.platform)],
    [cli.say(answers.firmware), known(report.firmware)],
    [cli.say(answers.users), known(report.users)],
    [cli.say(answers.records), recordsText(report, cli)],
    [cli.say(answers.recordSize), sizeText(report, cli)],
    [cli.say(answers.tailReads), cli.say(tail[`${report.tailReads}`])],
    [cli.say(answers.deviceTime), known(report.deviceTime?.replace('T', ' ') ?? null)],
    [cli.say(answers.offset), clockText(report, cli)],
  ]);
}

function recordsText({ records, recordCapacity, fillPercent }: ProbeReport, cli: Cli): string {
  if (records === null) return cli.say(answers.unknown);
  const count = numberText(records, cli.lang);
  if (recordCapacity === null || fillPercent === null) return count;
  const fill = `${numberText(fillPercent, cli.lang, 1)} % ${cli.say(answers.full)}`;
  return `${count} ${cli.say(answers.recordsOf)} ${numberText(recordCapacity, cli.lang)} (${fill})`;
}

function sizeText({ records, recordBytes }: ProbeReport, cli: Cli): string {
  if (recordBytes === null) return cli.say(records === 0 ? answers.noRecords : answers.notProven);
  return `${recordBytes} ${cli.say(answers.bytes)}`;
}

function clockText({ clock }: ProbeReport, cli: Cli): string {
  if (clock === null) return cli.say(answers.clockImpossible);
  const { offsetMs, boundMs, timeZone, zoneGuessed, measuredAt } = clock;
  const zone = `${cli.say(answers.against)} ${zoneLabel(timeZone, Date.parse(measuredAt))}`;
  const guess = zoneGuessed ? ` (${cli.say(answers.zoneGuessed)})` : '';
  return `${offsetText(offsetMs, boundMs, cli.lang)} ${boundText(boundMs, cli.lang)}, ${zone}${guess}`;
}
