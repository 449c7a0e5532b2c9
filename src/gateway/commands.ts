/** Does what people told the machines of this gateway's offices to do, and knows which of them rest. */
import type { Log } from '../log.ts';
import { keyOf, type Place } from '../office/identity.ts';
import type { RunningOffice } from '../office/office.ts';
import { codeOfFailure } from '../office/orders.ts';
import { createSleeper, within } from '../office/waiting.ts';
import type { Database } from '../store/database.ts';
import {
  claimCommands,
  expireCommands,
  finishCommand,
  type MachineCommand,
  readPauses,
} from '../store/machine-commands.ts';
import { watchMachines } from '../store/watch-outbox.ts';

/** Commands that run at one time in this gateway. */
const mostRunning = 8;
/** The bell may be lost: this often somebody looks, in milliseconds. */
const lookEveryMs = 5_000;
const stopWithinMs = 2_000;

/** See {@link startCommands}. */
export interface Commands {
  isPaused(place: Place): boolean;
  stop(): Promise<void>;
}

/** @param offices those polled here now, by code */
export function startCommands(
  database: Database,
  offices: ReadonlyMap<string, RunningOffice>,
  holder: string,
  log: Log,
): Commands {
  const { db } = database;
  const stopping = new AbortController();
  const sleeper = createSleeper();
  const running = new Set<Promise<void>>();
  let paused: ReadonlyMap<string, number> = new Map();

  const carryOut = async (command: MachineCommand, leftMs: number): Promise<void> => {
    const { officeCode, terminalName, kind } = command;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(Math.max(1, Math.floor(leftMs)))]);
    const office = offices.get(officeCode);
    const end =
      office === undefined || kind === 'pause' || kind === 'resume'
        ? { errorCode: 'COMMAND_EXPIRED' }
        : await office.order(terminalName, kind, signal).then(
            (result) => ({ result }),
            (error: unknown) => ({ errorCode: codeOfFailure(error) }),
          );
    log.info({ office: officeCode, terminal: terminalName, kind, ...('errorCode' in end && end) }, 'command ended');
    await finishCommand(db, command, holder, end);
  };

  const look = async (): Promise<void> => {
    await expireCommands(db);
    const pauses = await readPauses(db);
    paused = new Map(
      pauses.map(({ officeCode, terminalName, untilMs }) => [keyOf({ officeCode, terminalName }), untilMs]),
    );
    const room = mostRunning - running.size;
    if (room <= 0 || offices.size === 0) return;
    for (const command of await claimCommands(db, [...offices.keys()], holder, room)) {
      const work = carryOut(command, command.leftMs)
        .catch((err: unknown) => log.warn({ err }, 'end of a command not noted'))
        .finally(() => {
          running.delete(work);
          sleeper.wake();
        });
      running.add(work);
    }
  };

  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch((err: unknown) => log.debug({ err }, 'commands not looked for'));
      await sleeper.sleep(lookEveryMs);
    }
  };
  const watch = watchMachines(database, () => sleeper.wake());
  const looking = keepLooking();

  return {
    isPaused: (place) => (paused.get(keyOf(place)) ?? 0) > Date.now(),
    async stop() {
      stopping.abort();
      sleeper.wake();
      await watch.close();
      await within(Promise.all([looking, ...running]), stopWithinMs);
    },
  };
}
