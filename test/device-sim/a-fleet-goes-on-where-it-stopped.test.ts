import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../device-sim/catalogue.ts';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import { listSimulator, runSimulator } from '../../device-sim/main.ts';
import { PROFILES } from '../../device-sim/profiles.ts';
import { readScenario } from '../../device-sim/scenario.ts';
import { openRawClient } from './raw-client.ts';

let folder: string;
const fleets: Fleet[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gerbang-sim-'));
});

afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startFleet>[0]): Promise<Fleet> {
  const fleet = await startFleet(options);
  fleets.push(fleet);
  return fleet;
}

async function stop(fleet: Fleet): Promise<void> {
  fleets.splice(fleets.indexOf(fleet), 1);
  await fleet.stop();
}

function first(fleet: Fleet): Fleet['terminals'][number] {
  const [terminal] = fleet.terminals;
  if (!terminal) throw new Error('an empty fleet');
  return terminal;
}

const image = (fleet: Fleet, at: number): string => {
  const log = fleet.terminals[at]?.terminal.log.snapshot();
  return log?.read(0, log.sizeBytes).toString('hex') ?? '';
};

describe('the same seed', () => {
  it('gives the same terminals with clocks that are off, each in its own way', async () => {
    const now = (): number => Date.parse('2024-03-01T01:00:00Z');
    const identity = (fleet: Fleet): unknown[] =>
      fleet.terminals.map(({ serial, terminal }) => [serial, terminal.clock, terminal.shownMs()]);
    const one = await start({ terminals: 12, seed: 4, now });
    const other = await start({ terminals: 12, seed: 4, now });
    const different = await start({ terminals: 12, seed: 5, now });
    expect(identity(one)).toEqual(identity(other));
    expect(identity(one)).not.toEqual(identity(different));
    const offsets = one.terminals.map(({ terminal }) => terminal.clock.startWallMs - now() - 7 * 3_600_000);
    expect(Math.min(...offsets)).toBeLessThan(0);
    expect(Math.max(...offsets)).toBeGreaterThan(0);
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(300_000);
    const drifts = one.terminals.map(({ terminal }) => Math.abs(terminal.clock.driftPpm));
    expect(Math.max(...drifts)).toBeLessThanOrEqual(60);
    expect(new Set(one.terminals.map(({ serial }) => serial)).size).toBe(12);
  });
});

describe('a second start', () => {
  it('finds logs, counters, sequences and clocks again', async () => {
    const files = { ledgerFile: join(folder, 'truth.ndjson'), stateFile: join(folder, 'clocks.json') };
    let nowMs = Date.parse('2024-03-01T01:00:00Z');
    const options = { terminals: 2, seed: 9, now: () => nowMs, ...files, scenario: { defaults: { history: 40 } } };
    const before = await start(options);
    first(before).terminal.punch({ pin: '777' });
    first(before).terminal.clearLog();
    first(before).terminal.punch({ pin: '778', punchState: 1 });
    first(before).terminal.resetClock();
    nowMs += 5_000;
    const wanted = [image(before, 0), image(before, 1), first(before).terminal.shownMs()];
    await stop(before);
    const after = await start(options);
    expect([image(after, 0), image(after, 1), first(after).terminal.shownMs()]).toEqual(wanted);
    expect(first(after).terminal.log.count).toBe(1);
    expect(first(after).terminal.punch({ pin: '778' })?.sequence).toBe(42);
    expect(after.ledger.entries).toHaveLength(40 + 40 + 3);
  });

  it('does not mind a line that a kill tore', async () => {
    const ledgerFile = join(folder, 'truth.ndjson');
    const before = await start({ seed: 9, ledgerFile });
    first(before).terminal.punch({ pin: '1' });
    await stop(before);
    appendFileSync(ledgerFile, '{"serial":"X","sequ');
    const after = await start({ seed: 9, ledgerFile });
    first(after).terminal.punch({ pin: '2' });
    await stop(after);
    const last = await start({ seed: 9, ledgerFile });
    expect(last.ledger.entries.map((entry) => entry.pin)).toEqual(['1', '2']);
  });
});

describe('the network', () => {
  it('is gone while a terminal is offline, and back at the same port, with what happened meanwhile', async () => {
    const fleet = await start({ seed: 3 });
    const terminal = first(fleet);
    const { port } = terminal;
    const client = await openRawClient(port);
    await terminal.offline();
    expect(await client.readToEnd()).toBe('');
    await expect(openRawClient(port)).rejects.toThrow('ECONNREFUSED');
    terminal.terminal.punch({ pin: '5' });
    await Promise.all([terminal.offline(), terminal.online()]);
    const again = await openRawClient(port);
    again.send('5050827d08000000e80317fc00000000');
    expect((await again.read(16)).slice(16, 20)).toBe('d007');
    again.close();
    expect(terminal.terminal.log.count).toBe(1);
  });

  it('names a taken port, and leaves none open', async () => {
    const holder = await start({ seed: 3 });
    const taken = first(holder).port;
    const freeBefore = taken - 1;
    await expect(
      startFleet({ seed: 4, scenario: { terminals: [{ port: freeBefore }, { port: taken }] } }),
    ).rejects.toThrow(/EADDRINUSE|EACCES/);
    await expect(openRawClient(freeBefore)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a scenario', () => {
  it('says what happens when, in simulated time', async () => {
    const fleet = await start({
      speed: 100,
      scenario: {
        terminals: [{ serial: 'A1', clock: { zoneOffsetMinutes: 0, offsetMs: 0, driftPpm: 0 } }, { serial: 'B2' }],
        events: [
          { atSeconds: 1, terminal: 'A1', do: 'reset-clock' },
          { atSeconds: 1, everySeconds: 1, terminal: 1, do: 'punch', pin: '42' },
          { atSeconds: 2, terminal: 'A1', do: 'set-faults', faults: [{ name: 'silent' }] },
        ],
      },
    });
    await expect.poll(() => first(fleet).terminal.faults.peek('silent')?.name).toBe('silent');
    expect(new Date(first(fleet).terminal.shownMs()).getUTCFullYear()).toBe(2000);
    await expect.poll(() => fleet.terminals[1]?.terminal.log.count ?? 0).toBeGreaterThan(2);
    expect(first(fleet).terminal.log.count).toBe(0);
  });

  it('is refused with every fault in it', () => {
    const file = join(folder, 'bad.json');
    writeFileSync(
      file,
      JSON.stringify({ terminals: [{ profile: 'no-such' }], events: [{ atSeconds: -1, do: 'dance' }] }),
    );
    expect(() => readScenario(file)).toThrow(/profile[\s\S]*events/);
    writeFileSync(file, '{');
    expect(() => readScenario(file)).toThrow(file);
  });

  it('may name knobs that do not exist, and is told so', async () => {
    await expect(startFleet({ scenario: { defaults: { knobs: { blokBytes: 3 } as never } } })).rejects.toThrow(
      'blokBytes',
    );
  });
});

describe('the command', () => {
  it('prints a line per terminal, lets people walk in simulated time, and stops', async () => {
    const file = join(folder, 'office.json');
    writeFileSync(file, JSON.stringify({ terminals: [{ serial: 'A1', profile: 'bw-16' }, {}] }));
    const lines: string[] = [];
    const running = await runSimulator({ scenario: file, terminals: 2, people: 200, speed: 600 }, (line) =>
      lines.push(line),
    );
    const [one, other] = running.fleet.terminals;
    expect(lines).toEqual([`A1  127.0.0.1:${one?.port}  bw-16`, `${other?.serial}  127.0.0.1:${other?.port}  tft-40`]);
    await expect.poll(() => running.fleet.ledger.entries.length, { timeout: 20_000 }).toBeGreaterThan(50);
    await running.stop();
    await expect(openRawClient(one?.port ?? 0)).rejects.toThrow('ECONNREFUSED');
  });

  it('lists every profile and every fault', () => {
    const text = listSimulator().join('\n');
    for (const { name } of [...PROFILES, ...CATALOGUE]) expect(text).toContain(`  ${name} `);
    for (const { description } of [...PROFILES, ...CATALOGUE]) expect(text).toContain(description);
  });
});
