/** Personal data that was read again and again, for the audit log: by systems, and by screens with live rows. */
import type { FastifyRequest } from 'fastify';
import { isStoreAway, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { closeTallies, countRead } from '../../store/read-tally.ts';

/** What was read. */
export interface ReadNote {
  /** `part.what`, e.g. `attendance.read`. */
  readonly action: string;
  /** Rows with persons in them. Nothing is noted of none. */
  readonly rows: number;
}

/**
 * Notes who read how many rows; they become one entry of the audit log per reader, action and ten minutes. Call it before
 * answering: what cannot be noted is not told.
 *
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function noteRead(
  { database }: { readonly database: Pick<Database, 'db'> },
  { reader }: Pick<FastifyRequest, 'reader'>,
  { action, rows }: ReadNote,
): Promise<void> {
  if (rows === 0 || reader === null) return;
  const { kind: actorKind, actor, officeCode } = reader;
  await countRead(database.db, { actorKind, actor, action, officeCode, records: rows });
}

const closeEveryMs = 60_000;

/** Moves what was counted into the audit log, regularly. @returns how to stop */
export function keepReads({ db }: Pick<Database, 'db'>, log: Log): () => Promise<void> {
  let closing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    closing = closeTallies(db).catch((error: unknown) => {
      if (!isStoreAway(error)) log.error({ err: error }, 'reads were not put into the audit log');
      else log.debug({ reason: messageOf(error) }, 'reads not put into the audit log yet');
    });
  }, closeEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await closing;
  };
}
