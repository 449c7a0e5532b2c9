/** `gerbang explain PUNCH_ID`: how the time of one punch came about, from the bytes to the result, for a hearing. */
import type { Command } from 'commander';
import { GerbangError } from '../errors.ts';
import { alarmsOf, type Explanation } from '../explain/facts.ts';
import { clockCommands } from '../words/clock-commands.ts';
import { frame } from '../words/commands.ts';
import { jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withDatabase } from './database-read.ts';
import { writeJson } from './output.ts';

/** Evidence or models that contradict what is stored: bad news, so the command fails. */
const badNews: readonly string[] = ['evidence-differs', 'answer-differs', 'models-contradict'];

export function addExplain(program: Command, cli: Cli): void {
  program
    .command('explain')
    .description(cli.say(clockCommands.explain))
    .argument('<PUNCH_ID>', cli.say(clockCommands.punchId))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((punchId: string, options: { json?: boolean }) => run(cli, punchId, options));
}

async function run(cli: Cli, punchId: string, options: { json?: boolean }): Promise<void> {
  const { explainPunch } = await import('../ingest/explanation.ts');
  const explanation = await withDatabase(cli, 'explain', (db) => explainPunch(db, punchId));
  if (explanation === null)
    throw new GerbangError('PUNCH_UNKNOWN', 'No such punch is stored.', { context: { punchId } });
  if (alarmsOf(explanation).some((alarm) => badNews.includes(alarm))) cli.exitCode = 1;
  if (options.json) return writeJson(cli.stdout, asJson(explanation));
  const { punchSheet } = await import('../explain/punch-sheet.ts');
  const { sheetText } = await import('./sheet-text.ts');
  cli.stdout.write(sheetText(punchSheet(explanation, { lang: cli.lang })));
}

/** Milliseconds become ISO instants beside them; what JSON cannot say (±Infinity) becomes null. */
function asJson(explanation: Explanation): unknown {
  return { ...explanation, alarms: alarmsOf(explanation), stored: withInstants(explanation.stored) };
}

function withInstants(stored: Explanation['stored']): unknown {
  const iso = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  const { occurredAtMs, earliestMs, latestMs } = stored;
  return { ...stored, occurredAt: iso(occurredAtMs), earliest: iso(earliestMs), latest: iso(latestMs) };
}
