/** A replay as a person reads it. */
import { numberText } from '../words/language.ts';
import { replayWords } from '../words/probe.ts';
import type { Cli } from './cli.ts';
import { table } from './output.ts';
import { filled } from './probe-text.ts';
import type { ReplayReport } from './replay.ts';

type ReportedLog = ReplayReport['logs'][number];

/** The conversation packet by packet, then the logs in it. */
export function replayText({ redacted, said, logs }: ReplayReport, cli: Cli): string {
  const { say, lang } = cli;
  const kind = say(redacted ? replayWords.redacted : replayWords.unredacted);
  const head = `${say(replayWords.capture)}: ${numberText(said.length, lang)} ${say(replayWords.packets)}, ${kind}\n\n`;
  const { ms, direction, code, name, session, reply, bytes } = replayWords;
  const packets = table(
    [ms, direction, code, name, session, reply, bytes].map(say),
    said.map((packet) => [
      String(packet.ms),
      packet.direction === 'sent' ? '→' : '←',
      String(packet.code),
      packet.name ?? '–',
      String(packet.session),
      String(packet.replyId),
      String(packet.payloadBytes),
    ]),
  );
  const ending =
    logs.length === 0 ? `${say(replayWords.noLog)}\n` : logs.map((log) => logText(log, redacted, cli)).join('');
  return `${head}${packets}\n${ending}`;
}

function logText(log: ReportedLog, redacted: boolean, cli: Cli): string {
  const number = (value: number): string => numberText(value, cli.lang);
  const found = filled(cli.say(replayWords.found), [number(log.foundBytes), number(log.announcedBytes)]);
  const records = log.firstRecords.map(({ pin, deviceTime, verifyMode, punchState, raw }) => [
    deviceTime.replace('T', ' '),
    pin,
    String(verifyMode),
    String(punchState),
    raw,
  ]);
  const [first, ...rest] = records;
  const shown = first === undefined ? '' : table(first, rest);
  return `${cli.say(replayWords.log)}: ${found}; ${verdictText(log, redacted, cli)}\n${shown}`;
}

function verdictText({ verdict, isWhole }: ReportedLog, redacted: boolean, cli: Cli): string {
  const number = (value: number): string => numberText(value, cli.lang);
  if (!isWhole) return cli.say(replayWords.notWhole);
  if (verdict === null) return cli.say(redacted ? replayWords.hidden : replayWords.unproven);
  switch (verdict.kind) {
    case 'proven': {
      const { layout, records, strideBytes } = verdict;
      return filled(cli.say(replayWords.proven), [layout, number(records), number(strideBytes)]);
    }
    case 'unsupported':
      return filled(cli.say(replayWords.unsupported), [number(verdict.strideBytes)]);
    case 'contradicts-counter':
      return filled(cli.say(replayWords.contradicts), [number(verdict.records), number(verdict.strideBytes)]);
    case 'unproven':
      return cli.say(replayWords.unproven);
  }
}
