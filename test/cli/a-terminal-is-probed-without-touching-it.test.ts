import { afterEach, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import type { ScenarioOptions } from '../../device-sim/scenario.ts';
import { gerbang, outcomeOf, start } from './gerbang.ts';
import { inProcess } from './in-process.ts';

type ScenarioTerminal = NonNullable<ScenarioOptions['terminals']>[number];

let fleet: Fleet | undefined;
afterEach(() => fleet?.stop());

async function terminalOf(options: ScenarioTerminal) {
  fleet = await startFleet({ seed: 7, scenario: { terminals: [options] } });
  const [terminal] = fleet.terminals;
  if (terminal === undefined) throw new Error('the simulator started no terminal');
  return { terminal, address: `127.0.0.1:${terminal.port}` };
}

/** Commands that change a terminal (docs/protocol.md, "Commands"): set time, write option, clear, disable, restart … */
const changing = [202, 12, 14, 15, 17, 18, 1003, 1004, 8, 9, 110];
const exit = 1001;

describe('probe', () => {
  it('says in Indonesian what the terminal is and how wrong its clock is', async () => {
    const { terminal, address } = await terminalOf({
      serial: 'ABC123',
      users: 12,
      history: 25,
      clock: { zoneOffsetMinutes: 480, offsetMs: 130_400, driftPpm: 0 },
    });
    const { code, stdout, stderr } = await gerbang(['probe', address, '--time-zone', 'Asia/Makassar']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Nomor seri: +ABC123$/m);
    expect(stdout).toMatch(/^Pengguna: +12$/m);
    expect(stdout).toMatch(/^Catatan: +25 dari 100\.000 \(0 % penuh\)$/m);
    expect(stdout).toMatch(/^Ukuran catatan: +40 byte \(zk40\)$/m);
    expect(stdout).toMatch(/^Baca sebagian: +bisa/m);
    expect(stdout).toMatch(/^Selisih jam: +Jam mesin lebih cepat 2 menit 1[01] detik ± [\d,]+ detik, terhadap WITA$/m);
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
    const asked = terminal.terminal.requests.map(({ command }) => command);
    expect(asked.filter((command) => changing.includes(command))).toEqual([]);
    expect(asked.at(-1)).toBe(exit);
  });

  it('answers in JSON with an offset whose bounds hold the truth', async () => {
    const { address } = await terminalOf({
      history: 3,
      clock: { zoneOffsetMinutes: 540, offsetMs: -95_250, driftPpm: 0 },
    });
    const { code, stdout } = await inProcess(['probe', address, '--json']);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ records: 3, recordLayout: 'zk40', recordBytes: 40, tailReads: true });
    expect(answer.clock).toMatchObject({ timeZone: 'Asia/Jayapura', zoneGuessed: true });
    // The simulator and the command read the same host clock, but each anchors it to whole milliseconds of its own.
    expect(answer.clock.earliestMs).toBeLessThanOrEqual(-95_250 + 2);
    expect(answer.clock.latestMs).toBeGreaterThanOrEqual(-95_250 - 2);
    expect(answer.clock.boundMs).toBeLessThan(3_000);
  });

  it('proves the record size of a large log from its end, in English, moving a few kilobytes', async () => {
    const { terminal, address } = await terminalOf({ history: 20_000 });
    const { code, stdout } = await inProcess(['probe', address, '--lang', 'en']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Records: +20,000 of 100,000 \(20 % full\)$/m);
    expect(stdout).toMatch(/^Record size: +40 bytes \(zk40\)$/m);
    expect(stdout).toMatch(/^Tail reads: +work/m);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('zone guessed; make sure with --time-zone');
    const sent = terminal.terminal.journal.connections.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    expect(sent).toBeLessThan(8_192);
  });

  it('proves it also where the terminal hides its count', async () => {
    const { terminal, address } = await terminalOf({ history: 5_000, knobs: { hidesRecordCount: true } });
    const { stdout } = await inProcess(['probe', address, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ records: 5_000, recordBytes: 40, tailReads: true });
    const sent = terminal.terminal.journal.connections.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    expect(sent).toBeLessThan(8_192);
  });

  it('says where tail reads are refused, and what is not proven', async () => {
    const { address } = await terminalOf({ history: 3_000, knobs: { tailReads: false } });
    const { code, stdout } = await inProcess(['probe', address, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ records: 3_000, recordBytes: null, tailReads: false });
  });

  it('takes the comm key from the environment, and says when it is missing or wrong', async () => {
    const { address } = await terminalOf({ serial: 'KEYED1', knobs: { commKey: 271_828 } });
    const right = await inProcess(['probe', address, '--json'], { GERBANG_COMM_KEY: '271828' });
    expect(JSON.parse(right.stdout)).toMatchObject({
      serial: 'KEYED1',
      records: 0,
      recordBytes: null,
      tailReads: null,
    });
    const missing = await inProcess(['probe', address]);
    expect(missing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[ZK_COMM_KEY_REQUIRED]') });
    const wrong = await inProcess(['probe', address, '--comm-key', '141421']);
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[ZK_COMM_KEY_WRONG]') });
    expect(wrong.stderr).not.toContain('141421');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('says goodbye to the terminal on %s', async (signal, expected) => {
    const { terminal, address } = await terminalOf({});
    const child = start(['probe', address]);
    const readClock = 201;
    // The clock is asked eight times with a pause before each: there the signal arrives.
    terminal.terminal.afterRequest = (command) => {
      if (command === readClock) child.kill(signal);
    };
    const { code, stdout, stderr } = await outcomeOf(child);
    expect({ code, stdout, stderr }).toEqual({ code: expected, stdout: '', stderr: 'Dihentikan.\n' });
    expect(terminal.terminal.requests.at(-1)?.command).toBe(exit);
  });
});
