/** What every part of the web is given: the database, the time, the log, and the frame of a page. */

import { setImmediate as breathe } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../log.ts';
import { type AuditEntry, writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import type { Bilingual } from '../words/language.ts';
import { addressOf, type FrameSources, frameFor, languageOf, sendPage } from './frame.ts';
import type { Html } from './html.ts';
import { messagePage } from './views/page.ts';
import { wordsOf } from './words.ts';

export interface WebContext {
  readonly database: Database;
  readonly frames: FrameSources;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  readonly log: Log;
}

/** The audit entry of whoever asks. What they did, and to what; never whom they saw. */
export function entryOf(
  request: FastifyRequest,
  entry: Omit<AuditEntry, 'actorKind' | 'actor' | 'requestId'>,
): AuditEntry {
  const { reader } = request;
  if (reader === null) throw new Error('an action without a reader');
  return { ...entry, actorKind: reader.kind, actor: reader.actor, requestId: request.id };
}

/** Notes that whoever asks saw or took personal data. */
export async function noteLook(
  { database }: { readonly database: Pick<Database, 'db'> },
  request: FastifyRequest,
  entry: Omit<AuditEntry, 'actorKind' | 'actor' | 'requestId'>,
): Promise<void> {
  await writeAudit(database.db, entryOf(request, entry));
}

/** Makes a page while the look at it is being noted, and sends it when that is done: what cannot be noted is not told. */
export async function sendOnceNoted(
  noted: Promise<void>,
  reply: FastifyReply,
  make: () => Html,
): Promise<FastifyReply> {
  // The note is on its way to the database before this process is busy with the page.
  const making = breathe().then(make);
  const [page] = await Promise.all([making, noted]);
  return sendPage(reply, page);
}

/** A page that only says something, with its status. */
export function sendMessage(
  request: FastifyRequest,
  reply: FastifyReply,
  { frames }: Pick<WebContext, 'frames'>,
  message: {
    readonly status: number;
    readonly title: Bilingual;
    readonly text: Bilingual;
    readonly detail?: Bilingual | undefined;
  },
): FastifyReply {
  const words = wordsOf(languageOf(request, frames));
  const frame = { ...frameFor(request, reply, frames, addressOf(request)), reloadSeconds: null };
  const { lang } = words;
  const texts = { title: message.title[lang], text: message.text[lang], detail: message.detail?.[lang] };
  return sendPage(reply.code(message.status), messagePage(frame, texts, words.notFound.back));
}
