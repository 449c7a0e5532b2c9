import { encodeOperation } from './codec/dataset.ts';
import { packTime } from './codec/packed-time.ts';

/** Numbers of the operations that matter to whoever reads punches; what terminals mean by them is nowhere documented. */
export const OPERATION = { powerOn: 0, clockStepped: 21, clockSet: 22, logCleared: 23 } as const;

/** A full operation log clears itself, as on the real thing. */
const CAPACITY = 1_000;

/** What was done to the terminal, as it writes it down itself. */
export type OperationLog = {
  readonly count: number;
  note(operation: number, wallMs: number): void;
  bytes(): Buffer;
};

export function createOperationLog(): OperationLog {
  const entries: Buffer[] = [];
  return {
    get count() {
      return entries.length;
    },
    note(operation, wallMs) {
      if (entries.length >= CAPACITY) entries.length = 0;
      entries.push(encodeOperation({ operation, time: packTime(wallMs), parameters: [] }));
    },
    bytes: () => Buffer.concat(entries),
  };
}
