/**
 * Real pollers over simulated terminals and a real Postgres, in a world whose clocks can be put forward: a terminal goes down
 * and comes back, the gateway is away, a person lets a machine rest. What is told of each is what can be known of it.
 */
import { describe, expect, test } from 'vitest';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { startCommands } from '../../src/gateway/commands.ts';
import { leaseTable, officeStore } from '../../src/gateway/office-ports.ts';
import { createReach, outageGraceMs } from '../../src/gateway/reach.ts';
import { createHostClock } from '../../src/host-clock.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { silentLog } from '../../src/log.ts';
import { startLeaseKeeper } from '../../src/office/lease-keeper.ts';
import { type RunningOffice, startOffice } from '../../src/office/office.ts';
import { createStateBoard } from '../../src/office/states.ts';
import { pause } from '../../src/office/waiting.ts';
import { readFleet } from '../../src/store/board.ts';
import { pauseMachine } from '../../src/store/machine-commands.ts';
import { type Outage, readOutages } from '../../src/store/outages.ts';
import { syncStays } from '../../src/store/stays.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb } from '../../src/web/server.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { createWorld, officeOf, type Simulated, simulate } from '../office/tools/world.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db } = database;
const minute = 60_000;
/** No midnight may fall into the two hours of the story, wherever and whenever it is told. */
const timeZone = new Date().getUTCHours() >= 14 && new Date().getUTCHours() < 21 ? 'Africa/Abidjan' : 'Asia/Jakarta';
const zone = { timeZone, offsetMs: (utcMs: number) => zoneOffsetMs(timeZone, utcMs) };

/** How far this world is ahead of the one outside. */
let aheadMs = 0;
const nowMs = (): number => Date.now() + aheadMs;
const awakeMs = (): number => performance.now() + aheadMs;
const sources = { monotonicMs: awakeMs, wallMs: nowMs, uptimeMs: awakeMs };
/** Waits are looked at again and again, so that time that is put forward ends them. */
const time = {
  nowMs: awakeMs,
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const endMs = awakeMs() + ms;
    while (!signal.aborted && awakeMs() < endMs) await pause(Math.min(endMs - awakeMs(), 25), signal);
  },
};

function startGateway(holder: string, simulated: readonly Simulated[]): () => Promise<void> {
  const { means } = createWorld();
  const leases = startLeaseKeeper(leaseTable(db), { holder, exclusive: true });
  const reach = createReach(db, () => outageGraceMs(1_000), holder, nowMs);
  const states = createStateBoard(reach.write, () => undefined);
  const offices = new Map<string, RunningOffice>();
  const commands = startCommands(database, offices, holder, means.log);
  const terminals = simulated.map(({ terminal, server: { host, port } }) => ({
    ...{ name: terminal.serial, host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] },
  }));
  const office = startOffice(officeOf('kominfo', terminals), {
    ...means,
    ...{ leases, time, states: reach.watched(states), store: officeStore(db, () => true), isPaused: commands.isPaused },
    newHostClock: () => createHostClock(sources),
    queue: {
      depth: async () => 0,
      enqueue: async (batch) => void (await applyBatch(db, batch, { zoneOf: () => zone, decode: decodeRecords })),
    },
  });
  offices.set('kominfo', office);
  return async () => {
    await commands.stop();
    await office.stop();
    await leases.stop();
    await states.close();
  };
}

const until = (condition: () => Promise<boolean>): Promise<void> =>
  expect.poll(condition, { timeout: 40_000, interval: 50 }).toBe(true);
const stateOf = async (serial: string) => (await readFleet(db)).machines.find(({ name }) => name === serial);
/** Punched at this moment of the world, and stored up to it. */
async function readAgain({ terminal }: Simulated): Promise<void> {
  const afterMs = nowMs();
  terminal.punch({ pin: '1001', verifyMode: 1, punchState: 0 });
  await until(async () => {
    const { rows } = await database.pool.query('select read_through_at as at from terminal_log where serial = $1', [
      terminal.serial,
    ]);
    return rows[0]?.at >= afterMs && ((await stateOf(terminal.serial))?.lastReadMs ?? 0) >= afterMs;
  });
}

interface Line {
  readonly level: string;
  readonly terminals: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly certainty: string;
  readonly reasons: readonly string[];
}
let windows: readonly Line[] = [];
let files: { readonly page: string; readonly english: string; readonly csv: string; readonly xlsx: Buffer };
let down: Outage | undefined;
let away: Outage | undefined;
const marks = { offlineMs: 0, onlineMs: 0, stoppedMs: 0, startedMs: 0, pausedMs: 0, sessions: 0, sessionsLater: 0 };

await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone });

test('the story: a terminal dies for half an hour, the gateway for forty minutes, and one rests', {
  timeout: 180_000,
}, async () => {
  const lobby = await simulate({ serial: 'LOBI', now: nowMs });
  const hall = await simulate({ serial: 'AULA', now: nowMs });
  const sessions = (): number => hall.terminal.requests.filter(({ command }) => command === 1000).length;
  const stop = startGateway('a', [lobby, hall]);
  await readAgain(lobby);
  await readAgain(hall);
  await syncStays(db, ['kominfo']);
  // The database's own clock notes pauses; it is not ahead.
  marks.pausedMs = nowMs();
  const resting = { untilMs: nowMs() + 20 * minute, reason: '=ruang dicat', by: 'rina' };
  const audit = { actorKind: 'account' as const, actor: 'rina', action: 'machine.pause' };
  await pauseMachine(db, { officeCode: 'kominfo', terminalName: 'AULA' }, resting, audit);
  aheadMs += 30 * minute;
  await readAgain(lobby);
  marks.sessions = sessions();

  await lobby.server.offline();
  marks.offlineMs = nowMs();
  await until(async () => (await stateOf('LOBI'))?.state === 'failing');
  aheadMs += 30 * minute;
  await until(async () => (await readOutages(db, { fromMs: 0, toMs: nowMs() + minute })).length === 1);
  marks.onlineMs = nowMs();
  await lobby.server.online();
  aheadMs += 10 * minute;
  // A punch before the read that ends the outage would say that the terminal worked, and so would one that may be: a
  // terminal tells whole seconds.
  await until(async () => (await readOutages(db, { fromMs: 0, toMs: nowMs() + minute }))[0]?.endedHow === 'read');
  aheadMs += minute;
  await readAgain(lobby);
  aheadMs += minute;
  const againMs = nowMs();
  await until(async () => ((await stateOf('LOBI'))?.lastReadMs ?? 0) >= againMs);
  marks.sessionsLater = sessions();

  await stop();
  marks.stoppedMs = nowMs();
  aheadMs += 40 * minute;
  marks.startedMs = nowMs();
  const stopAgain = startGateway('b', [lobby, hall]);
  await until(async () => ((await stateOf('LOBI'))?.lastReadMs ?? 0) >= marks.startedMs);
  await stopAgain();

  const found = await readOutages(db, { fromMs: 0, toMs: nowMs() + minute });
  down = found.find(({ kind }) => kind === 'terminal');
  away = found.find(({ kind }) => kind === 'gateway-away');
  expect(found).toHaveLength(2);

  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs, metrics: createMetrics() };
  const web = await startWeb({ ...options, readers: everybodyIs('hr') });
  const day = new Date(nowMs() + zone.offsetMs(nowMs())).toISOString().slice(0, 10);
  const get = (path: string): Promise<Response> => fetch(`${web.url}${path}`);
  const query = `dari=${day}&sampai=${day}`;
  windows = ((await (await get(`/api/v1/outage-windows?from=${day}&to=${day}`)).json()) as { windows: Line[] }).windows;
  files = {
    page: await (await get(`/laporan/masa?${query}`)).text(),
    english: await (await get(`/laporan/masa?${query}&lang=en`)).text(),
    csv: await (await get(`/laporan/masa.csv?${query}`)).text(),
    xlsx: Buffer.from(await (await get(`/laporan/masa.xlsx?${query}`)).arrayBuffer()),
  };
  await web.close();
});

const of = (level: string, serial: string): readonly Line[] =>
  windows.filter(({ level: one, terminals }) => one === level && terminals.includes(serial));
const spanOf = ({ from, to }: Line): readonly [number, number] => [Date.parse(from), Date.parse(to)];

describe('what is told of it', () => {
  test('the terminal was down for certain, from the first try that failed to the read that ended it', () => {
    const [window, ...more] = of('terminal', 'LOBI').filter(({ cause }) => cause === 'down');
    expect(more).toEqual([]);
    expect(window).toMatchObject({ certainty: 'known', reasons: [] });
    if (window === undefined || down === undefined) throw new Error('no window');
    const [fromMs, toMs] = spanOf(window);
    expect([fromMs, toMs]).toEqual([Math.floor(down.failedAtMs), Math.floor(down.untilMs ?? 0)]);
    expect(fromMs).toBeGreaterThanOrEqual(marks.offlineMs);
    expect(fromMs).toBeLessThan(marks.offlineMs + 5 * minute);
    expect(toMs).toBeGreaterThanOrEqual(marks.onlineMs);
    expect(toMs).toBeLessThan(marks.stoppedMs);
  });

  test('while the gateway was away nothing is known of any machine', () => {
    if (away === undefined) throw new Error('nobody noticed');
    expect(away.untilMs).toBeGreaterThanOrEqual(marks.startedMs);
    expect(away.fromMs).toBeLessThanOrEqual(marks.stoppedMs);
    const bounds = [Math.floor(away.fromMs), Math.floor(away.untilMs ?? 0)];
    for (const serial of ['LOBI', 'AULA']) {
      const [window, ...more] = of('terminal', serial).filter(({ cause }) => cause === 'gateway-away');
      expect(more).toEqual([]);
      expect(window).toMatchObject({ certainty: 'unknown' });
      expect(window === undefined ? [] : spanOf(window)).toEqual(bounds);
    }
    expect(of('office', 'LOBI')).toMatchObject([{ cause: 'gateway-away', certainty: 'unknown' }]);
  });

  test('the machine that rested was left alone, and is said to have rested', () => {
    expect(marks.sessionsLater).toBe(marks.sessions);
    const [window, ...more] = of('terminal', 'AULA').filter(({ cause }) => cause !== 'gateway-away');
    expect(more).toEqual([]);
    expect(window).toMatchObject({ cause: 'paused', certainty: 'unknown', reasons: ['=ruang dicat'] });
    const [fromMs, toMs] = window === undefined ? [0, 0] : spanOf(window);
    expect(Math.abs(toMs - fromMs - 20 * minute)).toBeLessThan(30_000);
    expect(Math.abs(fromMs - marks.pausedMs)).toBeLessThan(30_000);
  });

  test('page and files say so in words', () => {
    expect(files.page).toMatch(
      /<h3>Tidak dipantau: tidak diketahui apakah mesin berfungsi<\/h3>[\s\S]*Gerbang tidak memantau/,
    );
    expect(files.page).toMatch(/Tidak diketahui<\/span><small>Mesin dijeda petugas/);
    expect(files.english).toMatch(/Not known<\/span><small>Gerbang was not watching/);
    const rows = files.csv.trim().split('\r\n').slice(1);
    const kinds = rows.map((row) => `${row.split(',')[0]} ${row.split(',').at(-1)}`).sort();
    expect(kinds).toEqual([
      'kantor Gerbang tidak memantau',
      'mesin Gerbang tidak memantau',
      'mesin Gerbang tidak memantau',
      'mesin Mesin dijeda petugas',
      'mesin Mesin tidak berfungsi',
    ]);
    expect(files.csv).toContain(",Tidak diketahui,'=ruang dicat,");
    expect(files.csv).toMatch(/^mesin,[^\n]*,LOBI,Pasti,/m);
    expect(files.xlsx.subarray(0, 2).toString()).toBe('PK');
  });
});
