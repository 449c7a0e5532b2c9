/** Work one by one, with a bound on what waits. */
import { GerbangError } from '../../errors.ts';

/** @throws GerbangError QUEUE_FULL from the returned function when `mostWaiting` wait already */
export function createLane(mostWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    if (waiting >= mostWaiting) throw new GerbangError('QUEUE_FULL', 'Too many files are being looked at. Try again.');
    waiting += 1;
    const turn = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}
