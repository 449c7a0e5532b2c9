/** `gerbang digest`: one line that stands for all evidence up to a day, to be kept where nobody here can change it. */
import type { Command } from 'commander';
import { GerbangError } from '../errors.ts';
import { frame } from '../words/commands.ts';
import { evidenceCommands, evidenceWords as words } from '../words/evidence.ts';
import { numberText } from '../words/language.ts';
import { dayArgument, jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { writeJson } from './output.ts';

export function addDigest(program: Command, cli: Cli): void {
  program
    .command('digest')
    .description(cli.say(evidenceCommands.digest))
    .option('--day <DAY>', cli.say(evidenceCommands.day), dayArgument)
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: { day?: string; json?: boolean }) => run(cli, options));
}

async function run(cli: Cli, { day, json }: { day?: string; json?: boolean }): Promise<void> {
  const { readSealedDay, sealDays } = await import('../store/evidence-days.ts');
  const { digestText } = await import('../store/digest-text.ts');
  const sealed = await withWholeDatabase(cli, 'digest', async ({ db }) => {
    await sealDays(db);
    return readSealedDay(db, day ?? null);
  });
  if (sealed === null) {
    throw new GerbangError('USAGE_INVALID', `${cli.say(words.noDay)}${day === undefined ? '' : `: ${day}`}.`);
  }
  const text = digestText(sealed);
  if (json) return writeJson(cli.stdout, { ...sealed, digest: sealed.digest.toString('hex'), text });
  const counts = `${numberText(sealed.terminals, cli.lang)} ${cli.say(words.terminals)} · ${numberText(sealed.batches, cli.lang)} ${cli.say(words.batches)}`;
  cli.stdout.write(
    `${cli.say(words.digestOf)} ${sealed.day} · ${counts}\n\n${text}\n\n${cli.say(words.keep)}\n  gerbang verify --against '${text}'\n`,
  );
}
