/**
 * A day without a database, in a second: what a gateway remembers of a terminal must come to an end of growing, however
 * much happens there, and all of it must fit into batches when the database is back.
 */
import { expect, test } from 'vitest';
import { batchToJobData } from '../../src/queue/batch-json.ts';
import { type Paper, paperTerminal } from './tools/paper-terminal.ts';

const minute = 60_000;
const halfDay = 720;

/** The memory as text: its growth, not its size, is what counts. */
const sizeOf = ({ memory }: Paper): number => JSON.stringify(memory).length;

/** Somebody punches and opens the menu in every minute, the host is corrected by a little, the clock is moved at times. */
async function turbulentMinutes(paper: Paper, count: number): Promise<number> {
  let largest = 0;
  for (let index = 0; index < count; index += 1) {
    const dueMs = paper.nowMs() + minute;
    paper.punch();
    paper.operate(4);
    paper.stepHost(index % 2 === 0 ? 40 : -40);
    if (index % 5 === 0) paper.clock.changes.push({ kind: 'step', atMs: paper.nowMs(), byMs: 3_000 });
    await paper.poll().catch(() => undefined);
    largest = Math.max(largest, sizeOf(paper));
    paper.wait(dueMs - paper.nowMs());
  }
  return largest;
}

test.each([
  ['while the queue takes batches', { queueAway: false }],
  ['with the queue away too, as where it is in Postgres', { queueAway: true }],
])('no memory grows over a day without a database, %s', { timeout: 240_000 }, async (_, { queueAway }) => {
  const paper = paperTerminal();
  paper.punch();
  await turbulentMinutes(paper, 3);
  const { ways, enqueued } = paper.world.shelf;
  Object.assign(ways, { storeAway: true, applyAtOnce: false, queueAway });
  const before = enqueued.length;

  const [first, second] = [await turbulentMinutes(paper, halfDay), await turbulentMinutes(paper, halfDay)];
  expect(second).toBeLessThanOrEqual(1.02 * first);
  const { clock, log } = paper.memory;
  expect([clock.pending.length, clock.held.length].filter((samples) => samples > 64)).toEqual([]);
  expect(Object.values(clock.events).filter((events) => events.length > 512)).toEqual([]);
  // What the queue is given has an end as well.
  expect(log.outstanding.length).toBeLessThanOrEqual(8);
  expect(enqueued.length - before).toBeLessThanOrEqual(queueAway ? 0 : 8);

  Object.assign(ways, { storeAway: false, applyAtOnce: true, queueAway: false });
  paper.world.shelf.apply();
  await turbulentMinutes(paper, 3);
  expect(paper.world.shelf.recordsOf('PAPER1')).toHaveLength(1 + 3 + 2 * halfDay + 3);
  for (const batch of enqueued) batchToJobData(batch);
});
