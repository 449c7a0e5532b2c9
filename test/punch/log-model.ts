/**
 * A terminal's log and a gateway that reads it, as a model: every punch has an identity that no code under test can see,
 * so a test can tell a lost or doubled one although the bytes of two punches may be equal.
 */
import type { ProvenAlignment } from '../../src/punch/alignment.ts';
import { alignTail, alignWhole } from '../../src/punch/alignment.ts';
import type { LogCursor } from '../../src/punch/batch.ts';

export const stride = 8;

export interface ModelPunch {
  readonly identity: number;
  readonly content: number;
}

/** An 8-byte record whose bytes are a function of `content` alone. */
export function recordOf(content: number): Uint8Array {
  const bytes = Buffer.alloc(stride);
  bytes.writeUInt16LE(content % 7, 0);
  bytes.writeUInt32LE(content, 4);
  return bytes;
}

export function bytesOf(punches: readonly ModelPunch[]): Uint8Array {
  return Buffer.concat(punches.map((punch) => recordOf(punch.content)));
}

export function records(...contents: number[]): Uint8Array {
  return Buffer.concat(contents.map(recordOf));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

export function cursorAt(part: Partial<LogCursor> & { stored: Uint8Array }): LogCursor {
  const { stored, ...rest } = part;
  const count = stored.length / stride;
  return {
    serial: 'T1',
    epoch: 1,
    base: 0,
    next: (rest.base ?? 0) + count,
    layout: 'zk8',
    strideBytes: stride,
    window: stored.subarray(Math.max(0, count - 64) * stride),
    readThroughMs: null,
    verifiedAtMs: null,
    ...rest,
  };
}

/** A full terminal drops its oldest records, `dropAtOnce` at a time (docs/protocol.md, "When the log is full"). */
export class ModelTerminal {
  log: ModelPunch[] = [];
  private made = 0;
  private content = 0;
  private sameRun = 0;
  readonly capacity: number;
  readonly dropAtOnce: number;

  constructor(capacity: number, dropAtOnce: number) {
    this.capacity = capacity;
    this.dropAtOnce = dropAtOnce;
  }

  punch(sameBytesAsLast: boolean): void {
    // Runs of equal records stay short: a log of nothing but one record has no position to find.
    const same = sameBytesAsLast && this.sameRun < 3;
    this.sameRun = same ? this.sameRun + 1 : 0;
    if (!same) this.content += 1;
    if (this.log.length >= this.capacity) this.log.splice(0, this.dropAtOnce);
    this.log.push({ identity: this.made, content: this.content });
    this.made += 1;
  }

  clear(): void {
    this.log = [];
    this.sameRun = 3;
  }
}

/** Stores what alignment says, by ordinal, and remembers which identity went where. */
export class ModelGateway {
  cursor: LogCursor | null = null;
  readonly epochs = new Map<number, Map<number, ModelPunch>>();
  readonly kinds: string[] = [];

  readTail(terminal: ModelTerminal, overlap: number): void {
    const stored = this.cursor === null ? 0 : this.cursor.next - this.cursor.base;
    const firstIndex = Math.max(0, stored - overlap);
    const alignment = alignTail({
      cursor: this.cursor,
      read: {
        layout: 'zk8',
        strideBytes: stride,
        totalRecords: terminal.log.length,
        firstIndex,
        bytes: bytesOf(terminal.log.slice(firstIndex)),
      },
    });
    if (alignment.kind === 'unprovable') {
      this.kinds.push(`unprovable ${alignment.reason}`);
      this.readWhole(terminal);
    } else this.store(alignment, terminal.log);
  }

  readWhole(terminal: ModelTerminal): void {
    const read = {
      layout: 'zk8' as const,
      strideBytes: stride,
      totalRecords: terminal.log.length,
      bytes: bytesOf(terminal.log),
    };
    const stored = this.storedImage();
    let alignment = alignWhole({ cursor: this.cursor, stored, read });
    if (alignment.kind === 'suspicious') {
      this.kinds.push(`suspicious ${alignment.reason}`);
      alignment = alignWhole({ cursor: this.cursor, stored, read, confirmedShrink: true });
    }
    if (alignment.kind === 'suspicious') throw new Error('still suspicious after it was confirmed');
    this.store(alignment, terminal.log);
  }

  /** The stored records of the open epoch that the last read still saw on the terminal. */
  storedImage(): Uint8Array {
    if (this.cursor === null) return new Uint8Array(0);
    const rows = this.epochs.get(this.cursor.epoch) ?? new Map<number, ModelPunch>();
    return bytesOf(
      range(this.cursor.base, this.cursor.next).map((ordinal) => {
        const punch = rows.get(ordinal);
        if (punch === undefined) throw new Error(`ordinal ${ordinal} is missing`);
        return punch;
      }),
    );
  }

  private store(alignment: ProvenAlignment, log: readonly ModelPunch[]): void {
    this.kinds.push(alignment.kind);
    const { epoch, base, from, to } = alignment;
    const added = to > from ? log.slice(from - to) : [];
    if (Buffer.compare(alignment.records, bytesOf(added)) !== 0) throw new Error('records are not the end of the log');
    const rows = this.epochs.get(epoch) ?? new Map<number, ModelPunch>();
    if (alignment.kind === 'new-epoch' && rows.size > 0) throw new Error(`epoch ${epoch} opened twice`);
    for (const [index, punch] of added.entries()) {
      if (rows.has(from + index)) throw new Error(`ordinal ${from + index} stored twice`);
      rows.set(from + index, punch);
    }
    this.epochs.set(epoch, rows);
    const all = bytesOf([...rows.values()]);
    this.cursor = cursorAt({ stored: all, epoch, base, next: to });
  }
}
