import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type Fleet, type FleetTerminal, startFleet } from '../../device-sim/fleet.ts';
import type { ScenarioOptions } from '../../device-sim/scenario.ts';
import { csvCell } from '../../src/cli/read.ts';
import { outcomeOf, start } from './gerbang.ts';
import { inProcess } from './in-process.ts';

type ScenarioTerminal = NonNullable<ScenarioOptions['terminals']>[number];

let fleet: Fleet | undefined;
afterEach(() => fleet?.stop());

async function terminalOf(options: ScenarioTerminal): Promise<{ device: FleetTerminal; address: string }> {
  fleet = await startFleet({ seed: 7, scenario: { terminals: [options] } });
  const [device] = fleet.terminals;
  if (device === undefined) throw new Error('the simulator started no terminal');
  return { device, address: `127.0.0.1:${device.port}` };
}

function rawOf({ serial }: FleetTerminal): string[] {
  return (fleet?.ledger.entriesOf(serial) ?? []).map(({ recordHex }) => recordHex);
}

describe('read', () => {
  it('prints every record in log order, as the terminal wrote it', async () => {
    const { device, address } = await terminalOf({ users: 5, history: 300 });
    const { code, stdout, stderr } = await inProcess(['read', address]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ raw }) => raw)).toEqual(rawOf(device));
    expect(lines.map(({ position }) => position)).toEqual(lines.map((_, index) => index));
    expect(Object.keys(lines[0])).toEqual([
      'position',
      'pin',
      'deviceTime',
      'verifyMode',
      'punchState',
      'workCode',
      'raw',
    ]);
    expect(lines[0].deviceTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });

  it('leaves an impossible date as it is and marks it', async () => {
    const { device, address } = await terminalOf({ faults: [{ name: 'impossible-date', times: 1 }] });
    device.terminal.punch({ pin: '1005' });
    device.terminal.punch({ pin: '1006' });
    const { stdout } = await inProcess(['read', address]);
    const [first, second] = stdout.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ pin: '1005', deviceTime: '2024-02-31T00:00:00', impossible: true });
    expect(JSON.parse(second ?? '')).not.toHaveProperty('impossible');
    const csv = await inProcess(['read', address, '--format', 'csv']);
    const rows = csv.stdout.split('\r\n');
    expect(rows[0]).toBe('position,pin,deviceTime,verifyMode,punchState,workCode,raw,impossible');
    expect(rows[1]).toMatch(/^0,1005,2024-02-31T00:00:00,\d+,\d+,\d+,[0-9a-f]{80},true$/);
    expect(rows[2]).toMatch(/,$/);
  });

  it('lets no PIN become a formula in a spreadsheet', async () => {
    const { device, address } = await terminalOf({});
    device.terminal.punch({ pin: '=1+1' });
    const { stdout } = await inProcess(['read', address, '--format', 'csv']);
    expect(stdout.split('\r\n')[1]).toContain('0,"\'=1+1",');
    expect(['+1', '-1', '@a', '\tx', '1005', 'a"b', 'a,b'].map(csvCell)).toEqual([
      '"\'+1"',
      '"\'-1"',
      '"\'@a"',
      '"\'\tx"',
      '1005',
      '"a""b"',
      '"a,b"',
    ]);
  });

  it('prints nothing of a log that broke off in the middle, and exits with 1', async () => {
    const { address } = await terminalOf({ history: 2_000, faults: [{ name: 'cut-mid-chunk' }] });
    const { code, stdout, stderr } = await inProcess(['read', address]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Galat: .*\[(NET_CLOSED|READ_INCOMPLETE)\]$/m);
  });

  it('waits for a reader that is slow, and loses nothing', async () => {
    const { device, address } = await terminalOf({ history: 8_000 });
    const child = start(['read', address]);
    await once(child.stdout, 'readable');
    // The command has far more to say than a pipe holds; only now does anybody listen.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { code, stdout } = await outcomeOf(child);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).raw),
    ).toEqual(rawOf(device));
  });

  it('ends without a word when its reader goes away', async () => {
    const { address } = await terminalOf({ history: 8_000 });
    const child = start(['read', address]);
    child.stdout.once('data', () => child.stdout.destroy());
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints nothing when Ctrl-C comes in the middle', async () => {
    const { device, address } = await terminalOf({ history: 4_000, knobs: { blockPauseMs: 20_000 } });
    const child = start(['read', address]);
    const readChunk = 1504;
    device.terminal.afterRequest = (command) => {
      if (command === readChunk) child.kill('SIGINT');
    };
    const { code, stdout, stderr } = await outcomeOf(child);
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'Dihentikan.\n' });
  });
});
