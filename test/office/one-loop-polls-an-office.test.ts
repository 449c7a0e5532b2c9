import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { type Pollable, type PollResult, startPoller } from '../../src/office/poller.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const done: PollResult = { end: 'done', error: null };

interface Probe extends Pollable {
  /** When each poll began, in milliseconds of the test. */
  readonly begins: number[];
  readonly ends: PollResult[];
}

/** A terminal whose polls do what the test says. */
function terminal(name: string, poll: (signal: AbortSignal) => Promise<PollResult> = async () => done): Probe {
  const begins: number[] = [];
  const ends: PollResult[] = [];
  return {
    name,
    begins,
    ends,
    log: silentLog(),
    poll: (signal) => {
      begins.push(performance.now());
      return poll(signal);
    },
    onEnd: (result) => ends.push(result),
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A poll that hangs until it is ended from outside. */
function hanging(signal: AbortSignal): Promise<PollResult> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('session closed'))));
}

function start(terminals: readonly Pollable[], more: Partial<Parameters<typeof startPoller>[1]> = {}) {
  return startPoller(terminals, {
    pace: { pollEveryMs: 60_000, restMs: 250 },
    sessions: 4,
    deadlineMs: 600_000,
    random: () => 0.5,
    ...more,
  });
}

describe('turns', () => {
  test('every terminal is polled at its pace', async () => {
    const [one, two] = [terminal('one'), terminal('two')];
    const poller = start([one, two]);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(one.begins).toHaveLength(10);
    expect(two.begins).toHaveLength(10);
    await poller.stop();
  });

  test('no more sessions at once than the office may have', async () => {
    let open = 0;
    let most = 0;
    const slow = async (): Promise<PollResult> => {
      open += 1;
      most = Math.max(most, open);
      await sleep(1_000);
      open -= 1;
      return done;
    };
    const terminals = Array.from({ length: 20 }, (_, index) => terminal(`t${index}`, slow));
    const poller = start(terminals, { sessions: 3 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(most).toBe(3);
    expect(terminals.every(({ begins }) => begins.length === 1)).toBe(true);
    await poller.stop();
  });

  test('a terminal that hangs delays nobody, and is ended at its deadline', async () => {
    const stuck = terminal('stuck', hanging);
    const well = terminal('well');
    const poller = start([stuck, well], { sessions: 2, deadlineMs: 300_000 });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(well.begins).toHaveLength(10);
    expect(stuck.ends[0]).toMatchObject({ end: 'failed', error: { code: 'READ_TOO_SLOW' } });
    await poller.stop();
  });

  test('many failing terminals take no more than their turns from the others', async () => {
    const failing = Array.from({ length: 8 }, (_, index) =>
      terminal(`failing-${index}`, async () => {
        await sleep(10_000);
        throw new GerbangError('ZK_NO_REPLY', 'no reply');
      }),
    );
    const well = terminal('well');
    const poller = start([...failing, well], { sessions: 2 });
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(well.begins.length).toBeGreaterThan(45);
    await poller.stop();
  });
});

describe('failures', () => {
  test('are told with their code, and back off', async () => {
    const refused = new GerbangError('NET_REFUSED', 'refused');
    const sick = terminal('sick', () => Promise.reject(refused));
    const poller = start([sick]);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(sick.ends[0]).toEqual({ end: 'failed', error: refused });
    const gaps = sick.begins.slice(1).map((begin, index) => begin - (sick.begins[index] ?? 0));
    expect(gaps.slice(0, 7)).toEqual([7_500, 15_000, 30_000, 60_000, 120_000, 225_000, 225_000]);
    await poller.stop();
  });

  test('that nobody foresaw are INTERNAL and end nothing', async () => {
    let polls = 0;
    const odd = terminal('odd', async () => {
      polls += 1;
      if (polls === 1) throw new TypeError('undefined is not a function');
      return done;
    });
    const poller = start([odd]);
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(odd.ends[0]).toMatchObject({ end: 'failed', error: { code: 'INTERNAL' } });
    expect(odd.ends.at(-1)).toEqual(done);
    await poller.stop();
  });

  test('of our own parts do not slow a terminal down', async () => {
    const waits = terminal('waits', () => Promise.reject(new GerbangError('STORE_UNAVAILABLE', 'away')));
    const poller = start([waits]);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(waits.begins).toHaveLength(10);
    expect(waits.ends[0]?.end).toBe('waits');
    await poller.stop();
  });
});

describe('a bell', () => {
  test('brings the next poll forward, also when it rings during one', async () => {
    const live = terminal('live', async () => {
      await sleep(1_000);
      return done;
    });
    const poller = start([live]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.begins).toHaveLength(1);
    poller.ring('live');
    await vi.advanceTimersByTimeAsync(500);
    expect(live.begins).toHaveLength(2);
    poller.ring('live');
    poller.ring('live');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(live.begins).toHaveLength(3);
    await poller.stop();
  });

  test('does not wake a terminal that is backing off, nor one that is not there', async () => {
    const sick = terminal('sick', () => Promise.reject(new GerbangError('NET_REFUSED', 'refused')));
    const poller = start([sick]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sick.begins).toHaveLength(1);
    poller.ring('sick');
    poller.ring('nobody');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sick.begins).toHaveLength(1);
    await poller.stop();
  });
});

describe('stopping', () => {
  test('ends running polls and begins no other; nothing is left to wake up for', async () => {
    const stuck = terminal('stuck', hanging);
    const poller = start([stuck, terminal('well')]);
    await vi.advanceTimersByTimeAsync(5_000);
    await poller.stop();
    expect(vi.getTimerCount()).toBe(0);
    // A poll that was cut off by a stop is no failure of the terminal.
    expect(stuck.ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(stuck.begins).toHaveLength(1);
  });

  test('takes three seconds at most, whatever a terminal does', async () => {
    const deaf = terminal('deaf', () => new Promise(() => undefined));
    const poller = start([deaf]);
    await vi.advanceTimersByTimeAsync(5_000);
    let stopped = false;
    void poller.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toBe(true);
  });

  test('an office without terminals stops too', async () => {
    const poller = start([]);
    await vi.advanceTimersByTimeAsync(1_000);
    await poller.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
