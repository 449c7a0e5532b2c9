/**
 * Long pieces of work go round by round: one in each turn of the event loop. Whoever else lives in this process, a page
 * above all, is answered between two of them; four large batches stored side by side would otherwise hold it for as long as
 * all their pieces together.
 */

/** Records from which a piece of work is long: below, a round of its own costs more than it spares others. */
export const manyRecords = 250;

let last: Promise<void> = Promise.resolve();

/** Resolves in a turn of the event loop that no other caller gets. */
export function ownRound(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
