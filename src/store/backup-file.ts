/**
 * The form of a backup: one gzip stream of text. A line of JSON that says what is in it; for each table a line of JSON, its
 * rows in Postgres' own COPY text, and `\.`; at the end a line of JSON with the SHA-256 of everything before it. So a file
 * that was cut off or damaged is known before anything is done with it, and a person can look inside with `zcat`.
 */
import { createHash } from 'node:crypto';
import { GerbangError } from '../errors.ts';

/** A table with the columns its rows have, in this order. */
export interface TableContent {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The first line. */
export interface BackupHeader {
  readonly gerbang: 'backup';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** Names of the migrations that made its tables, in order. */
  readonly migrations: readonly string[];
  /** In an order in which no row comes before one it refers to. */
  readonly tables: readonly TableContent[];
  readonly sequences: readonly { readonly name: string; readonly value: number; readonly isCalled: boolean }[];
}

/** The last line. */
export interface BackupEnd {
  readonly rows: Readonly<Record<string, number>>;
  readonly sha256: string;
}

/** Ends the rows of a table; COPY text never holds it as a line. */
export const endOfRows = '\\.\n';

const endMark = Buffer.from('\n\\.\n');
const newline = 0x0a;
/** The longest line: a row with a job that was set aside whole. */
const maxLineBytes = 64 << 20;

/** Reads a backup from front to back. */
export interface BackupReader {
  /** The next line without its end, as JSON. */
  json(): Promise<unknown>;
  /** The rows of a table, whole lines in each piece; ends behind `\.`. */
  rows(): AsyncGenerator<Buffer>;
  /** SHA-256 of everything read so far, hexadecimal. */
  digest(): string;
}

/**
 * @param source uncompressed
 * @throws GerbangError BACKUP_DAMAGED from every method when the file ends too early or is none
 */
export function readBackup(source: AsyncIterable<Buffer>): BackupReader {
  const pieces = source[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  /** Begins at the start of a line, always. */
  let rest: Buffer = Buffer.alloc(0);

  const more = async (): Promise<void> => {
    const { value, done } = await pieces.next().catch((cause: unknown) => {
      if (cause instanceof GerbangError) throw cause;
      throw damaged('it cannot be unpacked', cause);
    });
    if (done) throw damaged('it ends too early');
    if (rest.length + value.length > maxLineBytes) throw damaged('a line is longer than any can be');
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  };
  const taken = (bytes: number): Buffer => {
    const piece = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    hash.update(piece);
    return piece;
  };
  return {
    async json() {
      let at = rest.indexOf(newline);
      for (; at < 0; at = rest.indexOf(newline)) await more();
      const line = taken(at + 1).toString('utf8');
      try {
        return JSON.parse(line);
      } catch (cause) {
        throw damaged('a line is not what it must be', cause);
      }
    },
    async *rows() {
      for (;;) {
        while (rest.length < endOfRows.length) await more();
        if (rest.subarray(0, endOfRows.length).toString('latin1') === endOfRows) {
          taken(endOfRows.length);
          return;
        }
        const end = rest.indexOf(endMark);
        const whole = end >= 0 ? end + 1 : rest.lastIndexOf(newline) + 1;
        if (whole > 0) yield taken(whole);
        else await more();
      }
    },
    digest: () => hash.copy().digest('hex'),
  };
}

/** BACKUP_DAMAGED, in one wording for every cause. */
export function damaged(why: string, cause?: unknown): GerbangError {
  return new GerbangError('BACKUP_DAMAGED', `The backup is not whole: ${why}. Nothing was changed.`, { cause });
}
