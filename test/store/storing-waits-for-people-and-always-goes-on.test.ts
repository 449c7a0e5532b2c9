import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { beginAnswer, ownRound } from '../../src/store/own-round.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(async () => {
  // Answers that a test left open end with their time.
  await vi.runOnlyPendingTimersAsync();
  vi.useRealTimers();
});

/** Lets everything happen that does not wait for a timer. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks for rounds one after the other, as storing does. @returns how many it was given by now */
function keepStoring(): { readonly given: () => number; stop(): void } {
  let [given, stopped] = [0, false];
  const storeOn = async (): Promise<void> => {
    while (!stopped) {
      await ownRound();
      given += 1;
    }
  };
  void storeOn();
  return {
    given: () => given,
    stop() {
      stopped = true;
    },
  };
}

test('a round waits while somebody is answered, and goes on when the last answer is given', async () => {
  const [first, second] = [beginAnswer(), beginAnswer()];
  let given = false;
  void ownRound().then(() => {
    given = true;
  });
  await turns();
  expect(given).toBe(false);
  first();
  first();
  await turns();
  expect(given).toBe(false);
  second();
  await turns();
  expect(given).toBe(true);
});

test('nobody is answered, so rounds follow each other', async () => {
  const storing = keepStoring();
  await turns();
  storing.stop();
  expect(storing.given()).toBeGreaterThan(1);
});

test('storing goes on for as long as requests never end', async () => {
  const asking = setInterval(() => beginAnswer(), 5);
  beginAnswer();
  const storing = keepStoring();
  for (let ms = 0; ms < 10_000; ms += 5) {
    await vi.advanceTimersByTimeAsync(5);
    await turns();
  }
  clearInterval(asking);
  storing.stop();
  // Forty rounds a second of 250 records each.
  expect(storing.given()).toBeGreaterThanOrEqual(300);
});

test('an answer that takes for ever, such as a download over a slow line, does not hold storing up for long', async () => {
  beginAnswer();
  await vi.advanceTimersByTimeAsync(2_000);
  const storing = keepStoring();
  await turns();
  storing.stop();
  expect(storing.given()).toBeGreaterThan(1);
});
