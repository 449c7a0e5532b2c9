import type { Answer } from './answer.ts';
import type { Packet } from './codec/packet.ts';
import type { Counters } from './codec/sizes.ts';
import { COMMAND, REPLY } from './codec/wire.ts';
import type { Dataset } from './dataset.ts';
import type { Terminal } from './terminal.ts';

/** What a terminal in a bad mood answers instead of doing what it was asked. */
export function insteadOfServing({ faults }: Terminal, { code }: Packet): Answer | undefined {
  const refusal = faults.strike('refuse', code);
  return refusal && { replies: [{ code: refusal.code ?? REPLY.error }] };
}

/** What happens at the terminal between one request and the next. */
export function afterServing(terminal: Terminal, { code }: Packet): void {
  const { faults, users } = terminal;
  const somebody = users.pins()[0] ?? '1';
  if (code === COMMAND.freeSizes) {
    if (faults.strike('punch-after-count', code)) terminal.punch({ pin: somebody });
    if (faults.strike('clear-after-count', code)) terminal.clearLog();
  }
  if (code === COMMAND.prepareBuffer && faults.strike('punch-after-prepare', code)) terminal.punch({ pin: somebody });
}

/** A record counter that does not know what the log holds. */
export function distortCounters({ faults }: Terminal, counters: Counters): Counters {
  const ahead = faults.strike('count-ahead');
  const behind = faults.strike('count-behind');
  const wrongBy = (ahead ? (ahead.bytes ?? 1) : 0) - (behind ? (behind.bytes ?? 1) : 0);
  return { ...counters, records: Math.max(0, counters.records + wrongBy) };
}

/** Strikes before the log is read: flash that forgets. */
export function spoilLog({ faults, log }: Terminal): void {
  // Byte 2 is inside the user id, or the state bits of the shortest records.
  if (faults.strike('spoil-record')) log.spoil(0, 2);
}

/** A dataset that contradicts itself. */
export function distortDataset({ faults, log }: Terminal, dataset: Dataset): Dataset {
  let out = dataset;
  const ragged = faults.strike('ragged-log');
  if (ragged) out = withTail(out, Buffer.alloc(ragged.bytes ?? 7, 0x5a));
  if (faults.strike('lying-prefix') && log.count > 0) out = withPrefix(out, out.sizeBytes);
  return out;
}

function withTail(dataset: Dataset, tail: Buffer): Dataset {
  const whole = Buffer.concat([dataset.read(0, dataset.sizeBytes), tail]);
  whole.writeUInt32LE(whole.length - 4, 0);
  return { sizeBytes: whole.length, read: (offset, size) => whole.subarray(offset, offset + size) };
}

function withPrefix(dataset: Dataset, prefix: number): Dataset {
  const whole = Buffer.from(dataset.read(0, dataset.sizeBytes));
  whole.writeUInt32LE(prefix, 0);
  return { sizeBytes: whole.length, read: (offset, size) => whole.subarray(offset, offset + size) };
}
