/** What the log says when a later model of a terminal's clock contradicts an earlier one. */
import type { Log } from '../log.ts';
import type { Batch } from '../punch/batch.ts';

/** The rows hold the bounds of both models; a person has to look at the clock (docs/operations.md, "Working times out again"). */
export function warnOfContradiction(log: Log, { officeCode, terminalName, serial }: Batch, rows: number): void {
  log.warn({ office: officeCode, terminal: terminalName, serial, rows }, 'models of a clock contradict each other');
}
