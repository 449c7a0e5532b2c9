import { encodeOperation } from './codec/dataset.ts';
import { packTime } from './codec/packed-time.ts';

/** Numbers of the operations that matter to whoever reads punches. docs/protocol.md, "Operation log". */
export const OPERATION = { powerOn: 0, powerOff: 1, timeSet: 21, logCleared: 23 } as const;

/** A full operation log clears itself, as on the real thing. */
const CAPACITY = 1_000;

/** What was done to the terminal, as it writes it down itself. */
export type OperationLog = {
  readonly count: number;
  /**
   * @param by the administrator's index; 0 for nobody in particular
   * @param parameters up to four numbers, whose meaning depends on the operation
   */
  note(operation: number, wallMs: number, by?: number, parameters?: readonly number[]): void;
  bytes(): Buffer;
};

export function createOperationLog(): OperationLog {
  const entries: Buffer[] = [];
  return {
    get count() {
      return entries.length;
    },
    note(operation, wallMs, by = 0, parameters = []) {
      if (entries.length >= CAPACITY) entries.length = 0;
      entries.push(encodeOperation({ operation, by, time: packTime(wallMs), parameters }));
    },
    bytes: () => Buffer.concat(entries),
  };
}
