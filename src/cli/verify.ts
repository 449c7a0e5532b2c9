/** `gerbang verify`: recomputes the chain of evidence from the stored rows. Exits with 1 when anything is not in order. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { GerbangError } from '../errors.ts';
import type { Finding } from '../evidence/findings.ts';
import type { Verification } from '../evidence/verify.ts';
import type { KeptDigest } from '../store/digest-text.ts';
import { frame } from '../words/commands.ts';
import { evidenceCommands, fates, evidenceWords as words } from '../words/evidence.ts';
import { numberText } from '../words/language.ts';
import { accountCommand } from '../words/settings.ts';
import { dayArgument, jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { printable, writeJson } from './output.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly terminal?: string;
  readonly against?: string;
  readonly json?: boolean;
}

/** A digest file is a few lines. */
const maxFileBytes = 1_000_000;
const progressEveryMs = 2_000;

export function addVerify(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description(cli.say(evidenceCommands.verify))
    .option('--from <DAY>', cli.say(evidenceCommands.from), dayArgument)
    .option('--to <DAY>', cli.say(evidenceCommands.to), dayArgument)
    .option('--terminal <SERIAL>', cli.say(evidenceCommands.terminal))
    .option('--against <DIGEST>', cli.say(evidenceCommands.against))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const kept = options.against === undefined ? [] : await keptDigests(options.against);
  const { verifyEvidence } = await import('../evidence/verify.ts');
  const startedMs = performance.now();
  const { countAudit, firstBrokenAudit } = await import('../store/audit-log.ts');
  const { found, audit } = await withWholeDatabase(cli, 'verify', async ({ db }) => ({
    found: await verifyEvidence(db, {
      fromDay: options.from ?? null,
      toDay: options.to ?? null,
      serial: options.terminal ?? null,
      kept,
      onProgress: progressTo(cli),
    }),
    audit: { brokenFrom: await firstBrokenAudit(db), entries: await countAudit(db) },
  }));
  const seconds = (performance.now() - startedMs) / 1_000;
  if (options.json) writeJson(cli.stdout, { ...found, audit, seconds });
  else cli.stdout.write(verificationText(cli, found) + auditText(cli, audit));
  if (audit.brokenFrom !== null) cli.exitCode = 1;
  if (found.count > 0 || (found.comparison?.different.length ?? 0) > 0) cli.exitCode = 1;
}

/** Whether the log of what people did holds. */
function auditText(cli: Cli, { brokenFrom, entries }: { brokenFrom: number | null; entries: number }): string {
  const said = brokenFrom === null ? cli.say(accountCommand.auditIntact) : cli.say(accountCommand.auditBroken);
  return `${said}: ${numberText(brokenFrom ?? entries, cli.lang)}\n`;
}

/** The text of one digest, or a file that holds some. */
async function keptDigests(given: string): Promise<KeptDigest[]> {
  const { parseDigests } = await import('../store/digest-text.ts');
  const text = /^\d{4}-\d\d-\d\d\s/.test(given)
    ? given
    : await readFile(given, 'utf8').then(
        (content) => content.slice(0, maxFileBytes),
        () => '',
      );
  const found = parseDigests(text);
  if (found === null) {
    throw new GerbangError(
      'USAGE_INVALID',
      '--against takes a digest as `gerbang digest` prints it, or a file with some. A digit may be wrong: compare with what was kept.',
    );
  }
  return found;
}

function progressTo(cli: Cli) {
  let lastMs = performance.now();
  return (done: { terminals: number; of: number; rows: number }): void => {
    if (!cli.stderr.isTTY || performance.now() - lastMs < progressEveryMs) return;
    lastMs = performance.now();
    const rows = numberText(done.rows, cli.lang);
    cli.stderr.write(
      `${cli.say(words.reading)}: ${done.terminals}/${done.of} ${cli.say(words.terminals)} · ${rows} ${cli.say(words.rows)}\n`,
    );
  };
}

/** What a verification found, for people. */
export function verificationText(cli: Cli, found: Verification): string {
  const { tally, days, comparison } = found;
  const count = (value: number, of: keyof typeof words): string =>
    `${numberText(value, cli.lang)} ${cli.say(words[of])}`;
  const parts = [
    `${cli.say(words.checked)}: ${[count(found.terminals, 'terminals'), count(tally.batches, 'batches'), count(tally.punches, 'punches'), count(tally.samples, 'samples'), count(tally.events, 'events')].join(' · ')}`,
    `${count(days.days, 'days')}${days.sealedThrough === null ? '' : `, ${cli.say(words.through)} ${days.sealedThrough} (UTC)`}`,
  ];
  const { punches, samples } = tally.unchained;
  if (punches + samples > 0) {
    const without = tally.terminalsWithoutChain === 0 ? '' : ` · ${count(tally.terminalsWithoutChain, 'withoutChain')}`;
    parts.push(`${cli.say(words.unchained)}: ${count(punches, 'punches')} · ${count(samples, 'samples')}${without}`);
  }
  for (const day of comparison?.same ?? []) parts.push(`${cli.say(words.same)} ${day}.`);
  for (const day of comparison?.unknown ?? []) parts.push(`${cli.say(words.unknown)} ${day}.`);
  if (comparison?.differsFrom != null) {
    const agrees = comparison.agreesThrough === null ? '' : ` (${cli.say(words.agrees)}: ${comparison.agreesThrough})`;
    parts.push(`${cli.say(words.differs)} ${comparison.differsFrom}${agrees}`);
  }
  if (found.count === 0) parts.push(cli.say(comparison?.differsFrom == null ? words.inOrder : words.fitsItself));
  else parts.push(`${cli.say(words.notInOrder)}: ${numberText(found.count, cli.lang)}`, ...findingLines(cli, found));
  return `${parts.join('\n')}\n`;
}

function findingLines(cli: Cli, { findings, count }: Verification): string[] {
  const lines = findings.map((finding) => `  ${findingText(cli, finding)}`);
  const told = findings.reduce((sum, { rows }) => sum + rows, 0);
  return told < count ? [...lines, `  … ${cli.say(words.firstOnly)}`] : lines;
}

function findingText(cli: Cli, finding: Finding): string {
  const { table, what, serial, epoch, ordinals, seqs, atMs, identity, day, rows } = finding;
  const span = ([first, last]: readonly [number, number]): string => (first === last ? `${first}` : `${first}–${last}`);
  const named = [
    serial === null ? null : printable(serial),
    epoch === null ? null : `epoch ${epoch}`,
    ordinals === null ? null : `ordinal ${span(ordinals)}`,
    seqs === null ? null : `seq ${span(seqs)}`,
    atMs === null ? null : new Date(atMs).toISOString(),
    identity === null ? null : printable(identity),
    day,
    rows === 1 ? null : `${numberText(rows, cli.lang)} ${cli.say(words.rows)}`,
  ].filter((part) => part !== null);
  return `${table}: ${cli.say(fates[what])}: ${named.join(' · ')}`;
}
