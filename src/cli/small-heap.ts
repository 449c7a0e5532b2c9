/** How much memory the gateway takes beside what it uses. */
import { setFlagsFromString } from 'node:v8';

/** A heap may grow by so much beyond what is alive before it is swept, in hundredths. */
const growingPercent = 30;

/**
 * Has the heap of this process swept before it is four times as large as what is alive: what V8 allows itself on a machine
 * with much memory. The gateway shares its machine with Postgres, which makes better use of it.
 *
 * No limit is set: who needs more gets it. A version of Node that no longer knows the flag leaves things as they are.
 * Measured in docs/performance.md.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
}
