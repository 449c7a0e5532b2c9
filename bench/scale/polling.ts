/** How many terminals one process can poll each minute: processor, memory, lateness. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { whole } from '../report.ts';
import { configOf, freshDatabase, quantileOfBuckets, untilStored } from './ground.ts';
import { startFarFleet, startFarGateway } from './processes.ts';
import type { Size } from './size.ts';

const offices = 50;
/** Punches of a working day at 43 people a terminal, two each in ten hours: what polls find. */
const punchesPerTerminalAndMinute = 0.15;
/** Connects, and questions with an answer, of a poll that finds something. */
const exchangesPerPoll = 12;

/** A line for each size of fleet. */
export async function measurePolling(postgres: EmbeddedPostgres, { polling }: Size): Promise<string[][]> {
  const lines: string[][] = [];
  for (const terminals of polling.terminals) lines.push(await measureFleet(postgres, terminals, polling));
  return lines;
}

async function measureFleet(
  postgres: EmbeddedPostgres,
  terminals: number,
  { history, everySeconds, settleMs, measuredMs }: Size['polling'],
): Promise<string[]> {
  const fleet = await startFarFleet(terminals, history);
  const database = await freshDatabase(postgres, `polling_${terminals}`);
  const gateway = await startFarGateway({
    config: configOf(fleet.ports, offices, { pollEverySeconds: `${everySeconds}` }),
    databaseUrl: database.url,
  });
  try {
    await untilStored(database, terminals * history, 15 * 60_000);
    // Every terminal is asked at length once, at its first contact; a usual minute begins after that.
    await sleep(settleMs);
    const before = await metricsOf(gateway.page);
    const cpuBeforeMs = gateway.cpuMs();
    const startedMs = performance.now();
    await fleet.punch((terminals * punchesPerTerminalAndMinute) / 60, measuredMs);
    const elapsedMs = performance.now() - startedMs;
    const cpuMs = gateway.cpuMs() - cpuBeforeMs;
    const after = await metricsOf(gateway.page);
    const polls = pollsIn(after) - pollsIn(before);
    const bareMs = await bareExchangeMs();
    const { nowBytes, peakBytes } = gateway.memory();
    return [
      whole(terminals),
      whole((polls * 60_000) / elapsedMs),
      `${((100 * cpuMs) / elapsedMs).toFixed(0)} %`,
      `${(cpuMs / polls).toFixed(1)}`,
      `${(cpuMs / polls / (bareMs * exchangesPerPoll)).toFixed(1)}×`,
      whole(nowBytes / 1_048_576),
      whole(peakBytes / 1_048_576),
      `≤ ${quantileOfBuckets(after, 'gerbang_poll_lateness_seconds', 0.99, before)} s`,
    ];
  } finally {
    await gateway.stop();
    await database.close();
    fleet.stop();
  }
}

async function metricsOf(page: string): Promise<string> {
  const response = await fetch(new URL('/metrics', page));
  return response.text();
}

/** Polls that have ended, by the gateway's own count. */
export function pollsIn(metrics: string): number {
  return [...metrics.matchAll(/^gerbang_poll_duration_seconds_count\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

/** Processor time of one question and answer over a bare loopback socket, both ends, a connection for every twelve. */
async function bareExchangeMs(): Promise<number> {
  const child = fork(new URL('./bare-process.ts', import.meta.url), { execArgv: process.execArgv });
  const [answer] = await once(child, 'message');
  child.kill('SIGKILL');
  return Number(answer);
}
