/**
 * The database is away while terminals are polled on and people punch: what the gateway remembers must have a bound.
 *
 * A poll each second instead of each minute: what a poll leaves behind is the same, and a second stands for a minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { whole } from '../report.ts';
import { openDoorway } from './doorway.ts';
import { configOf, freshDatabase, untilStored } from './ground.ts';
import { pollsIn } from './polling.ts';
import { type FarGateway, startFarFleet, startFarGateway } from './processes.ts';
import type { Size } from './size.ts';

const offices = 10;
const history = 40;
/** As on a working day: two punches of 43 people in ten hours. */
const punchesPerTerminalAndMinute = 0.15;
const looks = 5;

/** A line for each fifth of the outage. */
export async function measureOutage(postgres: EmbeddedPostgres, { outage }: Size): Promise<string[][]> {
  const { terminals, minutes } = outage;
  const fleet = await startFarFleet(terminals, history);
  const database = await freshDatabase(postgres, 'outage');
  const doorway = await openDoorway(database.url);
  const config = configOf(fleet.ports, offices, { pollEverySeconds: '1' });
  const gateway = await startFarGateway({ config, databaseUrl: doorway.url });
  try {
    await untilStored(database, terminals * history, 5 * 60_000);
    await sleep(10_000);
    doorway.shut();
    await sleep(2_000);
    const polledBefore = await pollsOf(gateway);
    const heapBefore = await gateway.heapBytes();
    const lines: string[][] = [];
    for (let look = 1; look <= looks; look += 1) {
      await fleet.punch(terminals * punchesPerTerminalAndMinute, (minutes * 1_000) / looks);
      const heap = await gateway.heapBytes();
      const polls = (await pollsOf(gateway)) - polledBefore;
      lines.push([
        whole((look * minutes) / looks),
        whole(polls),
        (heap / 1_048_576).toFixed(1),
        whole(gateway.memory().nowBytes / 1_048_576),
        ((heap - heapBefore) / terminals / 1_024).toFixed(1),
      ]);
    }
    await doorway.open();
    const made = (await fleet.truth()).length;
    await untilStored(database, terminals * history + made, 5 * 60_000);
    return [...lines, [`back: ${whole(made)} punches of the outage stored`, '', '', '', '']];
  } finally {
    await doorway.open();
    await gateway.stop();
    doorway.shut();
    await database.close();
    fleet.stop();
  }
}

async function pollsOf(gateway: FarGateway): Promise<number> {
  const response = await fetch(new URL('/metrics', gateway.page));
  return pollsIn(await response.text());
}
