/** `gerbang restore FILE`: the database as it was when the backup was made, verified. The terminals fill in the rest. */
import type { Command } from 'commander';
import { GerbangError } from '../errors.ts';
import { frame } from '../words/commands.ts';
import { evidenceCommands, evidenceWords as words } from '../words/evidence.ts';
import { numberText } from '../words/language.ts';
import { jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { type Workplace, withWholeDatabase } from './database-work.ts';
import { writeJson } from './output.ts';
import { verificationText } from './verify.ts';

interface Options {
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function addRestore(program: Command, cli: Cli): void {
  program
    .command('restore')
    .description(cli.say(evidenceCommands.restore))
    .argument('<FILE>', cli.say(evidenceCommands.restoreFile))
    .option('--replace', cli.say(evidenceCommands.replace))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((file: string, options: Options) => run(cli, file, options));
}

async function run(cli: Cli, file: string, options: Options): Promise<void> {
  const { checkBackup, restoreBackup } = await import('../store/restore.ts');
  const { verifyEvidence } = await import('../evidence/verify.ts');
  const checked = await checkBackup(file);
  const { restored, found } = await withWholeDatabase(cli, 'restore', async (place) => {
    await refuseWhatMustStay(place, options.replace === true);
    const summary = await restoreBackup(place, file, checked);
    const everything = { fromDay: null, toDay: null, serial: null, kept: [] };
    return { restored: summary, found: await verifyEvidence(place.db, everything) };
  });
  if (found.count > 0) cli.exitCode = 1;
  if (options.json) return writeJson(cli.stdout, { file, ...restored, verification: found });
  const rows = numberText(restored.rows, cli.lang);
  cli.stdout.write(
    `${cli.say(words.restored)}: ${restored.madeAt} · ${rows} ${cli.say(words.rows)}\n${verificationText(cli, found)}${cli.say(words.refill)}\n`,
  );
}

/** A gateway would write between the old rows and the new ones; data that is there is not thrown away unasked. */
async function refuseWhatMustStay({ db, pool, isOurs }: Workplace, replace: boolean): Promise<void> {
  const { holdsEvidence } = await import('../store/restore.ts');
  const { countGatewayConnections } = await import('../store/presence.ts');
  const gateways = isOurs ? 0 : await countGatewayConnections(db);
  if (gateways > 0) {
    throw new GerbangError('RESTORE_REFUSED', 'A gateway is connected to this database.', { context: { gateways } });
  }
  if (!replace && (await holdsEvidence(pool))) {
    throw new GerbangError('RESTORE_REFUSED', 'The database holds terminals and punches already.');
  }
}
