/** `/pengaturan/jejak`: who did and saw what. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type AuditRow, checkAuditChain, readAuditLog } from '../../store/audit-log.ts';
import { readOffices } from '../../store/board.ts';
import { settingsWords as words } from '../../words/settings.ts';
import type { WebContext } from '../context.ts';
import { timeTag } from '../format.ts';
import { frameFor, sendPage } from '../frame.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, button, buttonLink, dataTable, pager, textField } from '../views/parts.ts';

const path = '/pengaturan/jejak';
const query = z.object({
  action: z
    .string()
    .regex(/^[a-z][a-z.-]{0,59}$/)
    .optional()
    .catch(undefined),
  actor: z.string().trim().min(1).max(60).optional().catch(undefined),
  before: z.coerce.number().int().positive().nullable().catch(null).default(null),
  periksa: z.literal('1').optional().catch(undefined),
});
type Query = z.output<typeof query>;
const perPage = 100;

/** Adds the page. */
export function addAuditRoutes(app: FastifyInstance, { database, frames, nowMs }: WebContext): void {
  app.get(path, { config: { needs: 'audit.view' } }, async (request, reply) => {
    const asked = query.parse(request.query ?? {});
    const { action, actor, before: beforeId } = asked;
    const officeCode = request.reader?.officeCode ?? null;
    const filter = { ...(action === undefined ? {} : { action }), ...(actor === undefined ? {} : { actor }) };
    const rows = await readAuditLog(database.db, { beforeId, limit: perPage + 1, officeCode, ...filter });
    // Every row is hashed: only for whoever asks, and only where all rows may be known.
    const isChecked = asked.periksa === '1' && officeCode === null;
    const chain = isChecked ? await checkAuditChain(database.db) : null;
    const offices = await readOffices(database.db);
    const zone = offices.find(({ code }) => code === officeCode)?.timeZone ?? offices[0]?.timeZone ?? 'Asia/Jakarta';
    const frame = frameFor(request, reply, frames, addressOf(asked, beforeId));
    return sendPage(
      reply,
      auditView(frame, { rows, asked, chain, zone, mayCheck: officeCode === null, nowMs: nowMs() }),
    );
  });
}

function addressOf({ action, actor }: Query, beforeId: number | null): string {
  const parameters = new URLSearchParams();
  if (action !== undefined) parameters.set('action', action);
  if (actor !== undefined) parameters.set('actor', actor);
  if (beforeId !== null) parameters.set('before', String(beforeId));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

interface Shown {
  readonly rows: readonly AuditRow[];
  readonly asked: Query;
  readonly chain: { readonly firstBroken: number | null; readonly entries: number } | null;
  readonly zone: string;
  readonly mayCheck: boolean;
  readonly nowMs: number;
}

function auditView(frame: PageFrame, { rows, asked, chain, zone, mayCheck, nowMs }: Shown): Html {
  const { words: page } = frame;
  const { lang } = page;
  const shown = rows.slice(0, perPage);
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  const cells = shown.map((row) => [
    timeTag(row.atMs, zone, page, nowMs),
    row.actorKind === 'account' ? row.actor : `${row.actor} (${row.actorKind})`,
    row.action,
    row.subject === '' ? null : row.subject,
    row.officeCode,
    Object.keys(row.detail).length === 0 ? null : html`<small>${JSON.stringify(row.detail)}</small>`,
  ]);
  const heads = [words.when, words.who, words.action, words.subject, words.office, words.detail];
  const verdict =
    chain !== null &&
    (chain.firstBroken === null
      ? banner('done', `${words.intact[lang]} ${chain.entries}`)
      : banner('bad', `${words.broken[lang]} ${chain.firstBroken}`));
  const body = html`<h2>${words.audit[lang]}</h2><p>${words.auditLead[lang]}</p>${verdict}
<form class="filters" method="get" action="${path}">${textField({ name: 'action', label: words.action[lang], hint: words.actionHint[lang], value: asked.action ?? '', plain: true, maxLength: 60 })}${textField({ name: 'actor', label: words.who[lang], value: asked.actor ?? '', plain: true, maxLength: 60 })}${button(words.filter[lang], { kind: 'other' })}</form>
${mayCheck && html`<p>${buttonLink(`${path}?periksa=1`, words.check[lang])}</p>`}
${dataTable(
  words.audit[lang],
  heads.map((head) => ({ head: head[lang] })),
  cells,
  words.noEntries[lang],
)}
${pager({ older: last === undefined ? null : addressOf(asked, last.auditId) }, lang)}`;
  return roomPage(frame, words.audit[lang], body);
}
