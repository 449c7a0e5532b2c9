/** Work that could not be applied, kept whole for people to look at. */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { storableText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** What is set aside, and why. */
export interface SetAside {
  readonly serial: string | null;
  readonly officeCode: string | null;
  /** An error code of `src/errors.ts`. */
  readonly reasonCode: string;
  readonly reason: string;
  readonly content: Uint8Array;
  /**
   * What makes two entries the same, when `content` alone does not: a batch that is read and refused again at each poll
   * differs in its id and its clock samples only. Default: the content.
   */
  readonly identity?: Uint8Array | string;
}

/** Keeps the content; the same again only counts up. */
export async function setAside(db: Kysely<Tables>, entry: SetAside): Promise<void> {
  const fingerprint = createHash('sha256')
    .update(entry.identity ?? entry.content)
    .digest();
  await sql`
    insert into set_aside (terminal_serial, office_code, reason_code, reason, content, fingerprint)
    values (${entry.serial}, ${entry.officeCode}, ${entry.reasonCode}, ${storableText(entry.reason)},
            ${Buffer.from(entry.content)}, ${fingerprint})
    on conflict (reason_code, fingerprint) do update set times = set_aside.times + 1, last_at = now()`.execute(db);
}
