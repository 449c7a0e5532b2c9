import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { SimulatorReport, SimulatorRequest } from '../../device-sim/child.ts';
import { startFleet } from '../../device-sim/fleet.ts';
import type { LedgerEntry } from '../../device-sim/ledger.ts';
import { planPunches, punchesWithoutEnd, runPeople } from '../../device-sim/people.ts';
import { childArguments } from '../tools/program.ts';

const START = Date.parse('2024-03-01T00:00:00Z');
const morning = { people: 400, terminals: 20, seed: 8, startMs: START, rushMs: 45 * 60_000 };

describe('a morning', () => {
  const plan = planPunches(morning);

  it('is the same for the same seed and sorted by time', () => {
    expect(planPunches(morning)).toEqual(plan);
    expect(planPunches({ ...morning, seed: 9 })).not.toEqual(plan);
    const times = plan.map((punch) => punch.atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('brings everybody, most of them in the middle half of it', () => {
    expect(new Set(plan.map((punch) => punch.pin)).size).toBe(400);
    const middle = plan.filter(
      ({ atMs }) => atMs > START + 0.25 * morning.rushMs && atMs < START + 0.75 * morning.rushMs,
    );
    expect(middle.length / plan.length).toBeGreaterThan(0.7);
  });

  it('has some who press twice within seconds, and some at another terminal of their office', () => {
    const twice = plan.length - 400;
    expect(twice).toBeGreaterThan(5);
    expect(twice).toBeLessThan(60);
    const usual = new Map(Array.from({ length: 400 }, (_, at) => [String(1001 + at), at % 20]));
    const elsewhere = plan.filter((punch) => usual.get(punch.pin) !== punch.terminalIndex);
    expect(elsewhere.length).toBeGreaterThan(3);
    for (const { pin, terminalIndex } of elsewhere) {
      expect(Math.floor(terminalIndex / 4)).toBe(Math.floor((usual.get(pin) ?? -1) / 4));
    }
  });

  it('can be squeezed into seconds', () => {
    const quick = planPunches({ ...morning, rushMs: 45_000 });
    expect(Math.max(...quick.map((punch) => punch.atMs)) - START).toBeLessThan(50_000);
  });
});

it('the day goes on: out and in again, sorted, for as long as one reads', () => {
  const seen = [];
  for (const punch of punchesWithoutEnd(morning)) {
    seen.push(punch);
    if (seen.length === 3_000) break;
  }
  const times = seen.map((punch) => punch.atMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(seen.filter((punch) => punch.punchState === 1).length).toBeGreaterThan(300);
});

it('a plan is played on the terminals, and what they took is in the ledger', async () => {
  const fleet = await startFleet({ terminals: 3, seed: 2 });
  const plan = planPunches({ people: 30, terminals: 3, seed: 2, startMs: fleet.now(), rushMs: 300 });
  const running = runPeople(fleet, plan);
  await running.finished;
  expect(running.stop()).toEqual({ made: plan.length, refused: 0 });
  expect(fleet.ledger.entries.map((entry) => entry.pin)).toEqual(plan.map((punch) => punch.pin));
  fleet.ledger.entries.forEach((entry, at) => {
    expect(entry.trueAtMs).toBeGreaterThanOrEqual(plan[at]?.atMs ?? Number.NaN);
  });
  await fleet.stop();
});

it('the simulator in a process of its own plays, tells its ledger in pieces, and ends with its parent', async () => {
  const child = spawn(process.execPath, childArguments('device-sim/child.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const reports: SimulatorReport[] = [];
  child.on('message', (report: SimulatorReport) => reports.push(report));
  const ask = async (
    request: SimulatorRequest,
    until: (report: SimulatorReport) => boolean,
  ): Promise<SimulatorReport> => {
    const from = reports.length;
    child.send(request);
    await expect.poll(() => reports.slice(from).some(until), { timeout: 50_000 }).toBe(true);
    const found = reports.slice(from).find(until);
    if (!found) throw new Error('no report');
    return found;
  };
  const options = { terminals: 2, seed: 1, scenario: { defaults: { history: 3_000 } } };
  const ready = await ask({ type: 'start', options }, (report) => report.type === 'ready');
  expect(ready).toMatchObject({ terminals: [{ profile: 'tft-40', host: '127.0.0.1' }, { profile: 'tft-40' }] });
  await ask({ type: 'people-start', people: 40, seed: 1, rushMs: 200 }, (report) => report.type === 'people-started');
  await new Promise((resolve) => setTimeout(resolve, 400));
  const stopped = await ask({ type: 'people-stop' }, (report) => report.type === 'stopped');
  const made = stopped.type === 'stopped' ? stopped.made : 0;
  expect(made).toBeGreaterThanOrEqual(40);
  const from = reports.length;
  await ask({ type: 'ledger' }, (report) => report.type === 'ledger' && report.last);
  const pieces = reports.slice(from).flatMap((report) => (report.type === 'ledger' ? [report.entries] : []));
  expect(pieces.map((entries) => entries.length)).toEqual([5_000, 1_000 + made]);
  const serials = new Set(pieces.flat().map((entry: LedgerEntry) => entry.serial));
  expect(serials.size).toBe(2);
  expect(await ask({ type: 'start', options }, (report) => report.type === 'error')).toMatchObject({
    message: expect.stringContaining('already'),
  });
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
