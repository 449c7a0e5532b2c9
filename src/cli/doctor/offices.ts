/** Every office: how many of its terminals are read, and what to do about the worst of the others. */
import type { Config } from '../../config.ts';
import { readFleet } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { explainError } from '../../words/errors.ts';
import type { Cli } from '../cli.ts';
import { mergeFleet, type TerminalStatus } from '../status-report.ts';
import { type Check, check } from './report.ts';
import { tryConnect } from './services.ts';

/** Terminals tried at one time. */
const atOnce = 8;

/** From what the gateway last wrote, and from the configuration where it is given. */
export async function checkOffices({ db }: Database, config: Config | null, cli: Cli): Promise<readonly Check[]> {
  const { offices, terminals } = mergeFleet(await readFleet(db), config);
  return offices.flatMap(({ code, name }) => {
    const mine = terminals.filter(({ office }) => office === code);
    if (mine.length === 0) return [];
    const read = mine.filter(({ state }) => state === 'ok').length;
    if (read === mine.length) return [check('offices', 'officeOk', 'ok', name, read, mine.length)];
    const worst = worstOf(mine);
    const why = worst?.errorCode == null ? null : explainError({ code: worst.errorCode }, cli.lang);
    const what = check(
      'offices',
      'officePart',
      read === 0 ? 'bad' : 'warn',
      name,
      read,
      mine.length,
      worst?.name ?? '',
      why?.what ?? '',
    );
    return [{ ...what, next: why?.next ?? '' }];
  });
}

/** The one that has been failing for longest. */
function worstOf(terminals: readonly TerminalStatus[]): TerminalStatus | undefined {
  return terminals
    .filter(({ state }) => state !== 'ok')
    .sort((a, b) => ((a.failingSince ?? '9') < (b.failingSince ?? '9') ? -1 : 1))[0];
}

/** Tries the port of each configured terminal from this computer, a few at a time. Says nothing to it. */
export async function checkPorts(config: Config): Promise<readonly Check[]> {
  const waiting = config.offices.flatMap(({ code, terminals }) => terminals.map((one) => ({ code, ...one })));
  const closed: Check[] = [];
  let open = 0;
  async function next(): Promise<void> {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      // A terminal that only speaks UDP has no port to try.
      if (one.transport === 'udp') continue;
      const failure = await tryConnect(one.host, one.port);
      if (failure === null) open += 1;
      else closed.push(check('offices', 'portClosed', 'warn', one.code, one.name, failure));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next));
  return [...closed, check('offices', 'portsOk', 'ok', open)];
}
