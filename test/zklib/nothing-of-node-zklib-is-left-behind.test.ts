/** The library lives in a process of its own: it may crash, hang or be killed there, and nothing of it stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHostClock } from '../../src/host-clock.ts';
import { createPlaces } from '../../src/zklib/places.ts';
import { openZklibTerminal } from '../../src/zklib/terminal.ts';
import { gerbang } from '../cli/gerbang.ts';
import { commandLineOf } from '../tools/processes.ts';
import { childArguments } from '../tools/program.ts';
import {
  leftovers,
  libraryProcesses,
  readPatiently,
  readWith,
  recordsOf,
  scratchFolder,
  startTerminal,
  useScratchFolder,
  within,
} from './tools/one-terminal.ts';

useScratchFolder();

const exit = 1001;
const prepare = 1503;

/** Waits for something that another process does. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 400; left > 0 && !isSo(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(isSo()).toBe(true);
}

describe('while a session is open', () => {
  it('there is one process, and after it none', async () => {
    const terminal = await startTerminal({});
    await within(terminal.target, async () => {
      expect(libraryProcesses()).toHaveLength(1);
    });
    expect(libraryProcesses()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it('the library finds no folder to write its log into', async () => {
    const terminal = await startTerminal({ history: 200 });
    const clone = readdirSync(process.cwd());
    // One byte on its own is what makes it write: it notes every piece it cannot take for a packet.
    const oneByte = { name: 'split-frame', bytes: 1, ms: 300, after: 4, times: 1 } as const;
    await expect(readWith(terminal, [oneByte])).rejects.toMatchObject({ name: 'GerbangError' });
    expect(leftovers()).toEqual([]);
    expect(readdirSync(process.cwd())).toEqual(clone);
  });

  it('its process may be killed', async () => {
    const terminal = await startTerminal({ history: 400 });
    const reading = within(terminal.target, (session) => session.readLog());
    reading.catch(() => {});
    await until(() => terminal.asked().includes(prepare));
    for (const pid of libraryProcesses()) process.kill(pid, 'SIGKILL');
    await expect(reading).rejects.toMatchObject({ code: 'READ_INCOMPLETE' });
    expect(leftovers()).toEqual([]);
    expect(recordsOf(await readPatiently(terminal.target))).toEqual(terminal.truth());
  });

  it('it may be closed in the middle of a question, and says goodbye', async () => {
    const terminal = await startTerminal({ faults: [{ name: 'silent', command: 201 }] });
    const session = await openZklibTerminal(terminal.target, createHostClock());
    const reading = session.readClock();
    reading.catch(() => {});
    await until(() => terminal.asked().includes(201));
    await Promise.all([session.close(), session.close()]);
    await expect(reading).rejects.toMatchObject({ code: 'NET_CLOSED' });
    expect(terminal.asked()).toEqual([1000, 201, exit]);
    await expect(session.readCounters()).rejects.toMatchObject({ code: 'NET_CLOSED' });
    expect(libraryProcesses()).toEqual([]);
  });

  it('it ends when it has taken too long, whatever it does', async () => {
    const terminal = await startTerminal({ faults: [{ name: 'stall', ms: 60_000, command: 201 }] });
    const target = { ...terminal.target, replyTimeoutMs: 60_000, sessionTimeoutMs: 5000 };
    const asking = within(target, (session) => session.readClock());
    await expect(asking).rejects.toMatchObject({ code: 'READ_TOO_SLOW' });
    expect(libraryProcesses()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });
});

it('a gateway that is killed leaves no process, no folder and no session at the terminal', async () => {
  const terminal = await startTerminal({});
  const words = [...childArguments('test/zklib/tools/doomed-parent.ts'), String(terminal.simulated.port)];
  const parent = spawn(process.execPath, words, {
    env: { ...process.env, TMPDIR: scratchFolder() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(parent, 'exit');
  await once(parent.stdout, 'data');
  const children = libraryProcesses(parent.pid);
  expect(children).toHaveLength(1);
  parent.kill('SIGKILL');
  await ended;
  await until(() => children.every((pid) => !commandLineOf(pid).includes('src/zklib/child')));
  expect(terminal.asked().at(-1)).toBe(exit);
  expect(leftovers()).toEqual([]);
});

it('`gerbang read --driver node-zklib` prints records and nothing else', async () => {
  // Small enough to come in one packet.
  const terminal = await startTerminal({ history: 20 });
  const address = `127.0.0.1:${terminal.simulated.port}`;
  const { code, stdout, stderr } = await gerbang(['read', address, '--driver', 'node-zklib'], {
    TMPDIR: scratchFolder(),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const raw = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).raw);
  expect(raw).toEqual(terminal.truth());
  expect(leftovers()).toEqual([]);
});

describe('places for processes', () => {
  it('are given in the order of asking, as they become free', async () => {
    const places = createPlaces(2);
    const [first, second] = await Promise.all([places.take(1000), places.take(1000)]);
    const order: string[] = [];
    const third = places.take(60_000).then((giveBack) => {
      order.push('third');
      return giveBack;
    });
    const fourth = places.take(60_000).then(() => order.push('fourth'));
    first();
    (await third)();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
    second();
    await expect(places.take(1000)).resolves.toBeTypeOf('function');
  });

  it('are not waited for without end', async () => {
    const places = createPlaces(1);
    const giveBack = await places.take(1000);
    await expect(places.take(20)).rejects.toMatchObject({ code: 'READ_TOO_SLOW' });
    giveBack();
    await expect(places.take(20)).resolves.toBeTypeOf('function');
  });
});
