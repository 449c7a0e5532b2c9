/**
 * Long pieces of work go round by round: one in each turn of the event loop, and people first. Whoever else lives in this
 * process, a page above all, is answered between two of them; four large batches stored side by side would otherwise hold
 * it for as long as all their pieces together.
 *
 * A page asks the database several times, and would wait for a round each time. So a round waits while somebody is being
 * answered, but never for long: punches are safe in the queue meanwhile, and ingest goes on however many ask
 * (docs/decisions/0020-people-first.md).
 */

/** Records from which a piece of work is long: below, a round of its own costs more than it spares others. */
export const manyRecords = 250;

/** A round waits for answers so long at most. */
const mostWaitMs = 25;
/** An answer counts so long at most: a photo that comes over a slow line, or a long download, is nobody who waits for us. */
const mostAnswerMs = 1_000;

let last: Promise<void> = Promise.resolve();
const answers = new Set<object>();
/** Ends the wait of the one round that waits. */
let wake = (): void => {};

/** Resolves in a turn of the event loop that no other caller gets; while somebody is being answered, a little later. */
export function ownRound(): Promise<void> {
  last = last.then(whileAnswering).then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/**
 * Somebody is being answered from now on.
 *
 * @returns to be called when the answer is given; safe to call twice
 */
export function beginAnswer(): () => void {
  const answer = {};
  const end = (): void => {
    clearTimeout(timer);
    if (answers.delete(answer) && answers.size === 0) wake();
  };
  const timer = setTimeout(end, mostAnswerMs).unref();
  answers.add(answer);
  return end;
}

function whileAnswering(): Promise<void> {
  if (answers.size === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, mostWaitMs);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
