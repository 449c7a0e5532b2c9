/** What the demo says while it runs: one line per event, and one status line that is rewritten on a terminal window. */
import { setTimeout as sleep } from 'node:timers/promises';
import { countPunches } from '../../store/audit.ts';
import { readFleet } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { demo as words } from '../../words/running.ts';
import type { Cli } from '../cli.ts';
import type { PlacedTerminal } from './world.ts';

const everyMs = 1_000;
/** Without a terminal window a line a second would drown a log. */
const everyMsPlain = 5_000;

/** See {@link createProgress}. */
export interface Progress {
  line(text: string): void;
  /** Counts what is stored, once a second, until it is stopped. */
  watch(
    database: Database,
    terminals: readonly PlacedTerminal[],
    queueDepth: () => Promise<number>,
    signal: AbortSignal,
  ): { stop(): Promise<void> };
}

/** @param quiet only the result is wanted; progress goes to standard error then */
export function createProgress(cli: Cli, quiet: boolean): Progress {
  const out = quiet ? cli.stderr : cli.stdout;
  const startedMs = performance.now();
  let isStatusShown = false;
  const stamp = (): string => `${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s`;
  const clear = (): void => {
    if (isStatusShown) out.write('\r\u001b[2K');
    isStatusShown = false;
  };
  const line = (text: string): void => {
    clear();
    out.write(`${stamp()}  ${text}\n`);
  };
  const status = (text: string): void => {
    if (!out.isTTY) {
      line(text);
      return;
    }
    clear();
    out.write(`${stamp()}  ${text}`);
    isStatusShown = true;
  };
  return {
    line,
    watch(database, terminals, queueDepth, signal) {
      const stopping = new AbortController();
      signal.addEventListener('abort', () => stopping.abort(), { once: true });
      const serials = terminals.map((terminal) => terminal.serial);
      const watching = (async () => {
        while (!stopping.signal.aborted) {
          await sleep(out.isTTY ? everyMs : everyMsPlain, undefined, { signal: stopping.signal }).catch(
            () => undefined,
          );
          if (stopping.signal.aborted) break;
          const text = await statusOf(cli, database, serials, queueDepth).catch(() => null);
          if (text !== null && !stopping.signal.aborted) status(text);
        }
        clear();
      })();
      return {
        async stop() {
          stopping.abort();
          await watching;
        },
      };
    },
  };
}

async function statusOf(
  cli: Cli,
  database: Database,
  serials: readonly string[],
  queueDepth: () => Promise<number>,
): Promise<string> {
  const [stored, fleet, depth] = await Promise.all([
    countPunches(database.db, serials),
    readFleet(database.db),
    queueDepth(),
  ]);
  const mine = fleet.machines.filter((machine) => machine.serial !== null && serials.includes(machine.serial));
  const ok = mine.filter((machine) => machine.state === 'ok').length;
  const silent = mine.filter((machine) => machine.state === 'failing').length;
  const parts = [
    `${stored.toLocaleString(cli.lang === 'id' ? 'id-ID' : 'en-US')} ${cli.say(words.readIn)}`,
    `${ok}/${serials.length} ${cli.say(words.machines)}`,
    `${depth} ${cli.say(words.waiting)}`,
  ];
  if (silent > 0) parts.push(`${silent} ${cli.say(words.notAlone)}`);
  return parts.join(' · ');
}
