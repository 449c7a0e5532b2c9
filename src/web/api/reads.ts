/** Personal data that was read through the API, for the audit log. */
import type { FastifyRequest } from 'fastify';
import { noteLook, type WebContext } from '../context.ts';

/** What was read. */
export interface ReadNote {
  /** `part.what`, e.g. `attendance.read`. */
  readonly action: string;
  /** Rows with persons in them. Nothing is noted of none. */
  readonly rows: number;
  /** The filter, without persons: days, offices. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Notes who read how many rows. Call it before answering: what cannot be noted is not told. */
export async function noteRead(
  context: Pick<WebContext, 'database'>,
  request: FastifyRequest,
  { action, rows, detail = {} }: ReadNote,
): Promise<void> {
  if (rows === 0) return;
  const officeCode = request.reader?.officeCode ?? null;
  await noteLook(context, request, { action, officeCode, detail: { ...detail, rows } });
}
