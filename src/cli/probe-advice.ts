/** What a probe's findings call for: a quirk, another setting of the terminal, somebody with a cable. */
import type { GerbangError } from '../errors.ts';
import type { Bilingual } from '../words/language.ts';
import { findings } from '../words/probe.ts';
import { quirkReasons } from '../words/quirks.ts';
import type { QuirkName } from '../zk/quirks.ts';
import type { Cli } from './cli.ts';
import type { ReplyChecksums } from './probe-checksums.ts';
import type { ProbedOptions } from './probe-options.ts';

/** One piece of advice. `config` is the line to write for this terminal in `gerbang.yaml`, if there is one. */
export interface Advice {
  readonly name: QuirkName | keyof typeof findings;
  readonly text: string;
  readonly config: string | null;
}

/** What it is drawn from. */
export interface Findings {
  readonly transport: 'tcp' | 'udp';
  readonly quirks: readonly QuirkName[];
  readonly checksums: ReplyChecksums;
  readonly options: ProbedOptions;
  readonly fillPercent: number | null;
  readonly daysToFull: number | null;
  /** Why the log could not be read. */
  readonly problem: GerbangError | null;
}

const reasons: Readonly<Record<QuirkName, Bilingual>> = quirkReasons;

const nearlyFullPercent = 90;
const nearlyFullDays = 14;

/** The advice, most pressing first. */
export function adviceOn(found: Findings, cli: Cli): readonly Advice[] {
  const { transport, quirks, checksums, options, problem } = found;
  const named: Advice['name'][] = [];
  if (checksums.wrong > 0)
    named.push(checksums.wrong === checksums.replies ? 'acceptBadReplyChecksum' : 'reply-checksums-damaged');
  // What was gone along with and got through is worth writing down; the checksums speak for themselves above.
  if (problem === null) named.push(...quirks.filter((quirk) => quirk !== 'acceptBadReplyChecksum'));
  else named.push(...quirksAgainst(problem, quirks));
  if (transport === 'udp') named.push('udp-only');
  if (options.DownloadNewLog === '1') named.push('download-new-log');
  if (options.ISLR === '1') named.push('ring-log');
  if (Number(options.DelRecord ?? 0) > 0) named.push('drops-oldest');
  if (options.CompressAttlog === '1') named.push('compressed');
  if (isNearlyFull(found)) named.push('nearly-full');
  const wanted = [...new Set([...quirks, ...named.filter(isQuirk)])];
  return named.map((name) => {
    if (isQuirk(name)) return { name, text: cli.say(reasons[name]), config: `quirks: [${wanted.join(', ')}]` };
    return { name, text: cli.say(findings[name]), config: name === 'udp-only' ? 'transport: udp' : null };
  });
}

function isQuirk(name: Advice['name']): name is QuirkName {
  return Object.hasOwn(reasons, name);
}

function isNearlyFull({ fillPercent, daysToFull }: Findings): boolean {
  return (fillPercent ?? 0) >= nearlyFullPercent || (daysToFull ?? Number.POSITIVE_INFINITY) <= nearlyFullDays;
}

/** Quirks worth a try after this failure, those already set left out. */
function quirksAgainst({ code, context }: GerbangError, set: readonly QuirkName[]): readonly QuirkName[] {
  const tries: QuirkName[] = [];
  switch (code) {
    case 'ZK_UNSUPPORTED':
    case 'ZK_REFUSED':
      // A form that is recognised but not supported reads no better another way.
      if (context.strideBytes === undefined) tries.push('readDirectly');
      break;
    case 'READ_CONTRADICTS_COUNTER':
      // It counts records and says that there is nothing to read.
      if (context.records === 0) tries.push('readDirectly');
      break;
    case 'READ_INCOMPLETE':
    case 'NET_CLOSED':
    case 'ZK_NO_REPLY':
      tries.push('smallChunks');
      break;
  }
  return tries.filter((quirk) => !set.includes(quirk));
}
