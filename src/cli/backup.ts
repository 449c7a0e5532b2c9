/** `gerbang backup FILE`: everything in the database, in one file, while the gateway goes on. */
import type { Command } from 'commander';
import { frame } from '../words/commands.ts';
import { evidenceCommands, evidenceWords as words } from '../words/evidence.ts';
import { numberText } from '../words/language.ts';
import { jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { writeJson } from './output.ts';

export function addBackup(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description(cli.say(evidenceCommands.backup))
    .argument('<FILE>', cli.say(evidenceCommands.backupFile))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((file: string, options: { json?: boolean }) => run(cli, file, options.json === true));
}

async function run(cli: Cli, file: string, json: boolean): Promise<void> {
  const { writeBackup } = await import('../store/backup.ts');
  const onTable = (name: string): void => {
    if (cli.stderr.isTTY) cli.stderr.write(`${cli.say(words.table)} ${name}\n`);
  };
  const written = await withWholeDatabase(cli, 'backup', (database) => writeBackup(database, file, onTable));
  if (json) return writeJson(cli.stdout, { file, ...written });
  const rows = numberText(written.rows, cli.lang);
  const megabytes = numberText(written.bytes / 1e6, cli.lang, 1);
  cli.stdout.write(`${cli.say(words.backedUp)}: ${file} · ${rows} ${cli.say(words.rows)} · ${megabytes} MB\n`);
}
