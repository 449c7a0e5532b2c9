/** `/peringatan`: what is wrong, since when, what to do, and who took it on. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { may } from '../../accounts/permissions.ts';
import { type AlertRow, acknowledgeAlert, readAlertPage, readChannels } from '../../store/alerts.ts';
import { writeAudit } from '../../store/audit-log.ts';
import { readOffices } from '../../store/board.ts';
import { entryOf, type WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import { alertsPage } from './alerts-view.ts';

const pageQuery = z.object({
  keadaan: z.enum(['open', 'closed']).catch('open').default('open'),
  sebelum: z.coerce.number().int().positive().nullable().catch(null).default(null),
  selesai: z.enum(['ya', 'tidak']).optional().catch(undefined),
});
const idParam = z.object({ id: z.coerce.number().int().positive() });
const noteBody = z.object({ note: z.string().trim().max(500).catch('') });

const perPage = 100;

/** Adds the pages. */
export function addAlertRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;

  app.get('/peringatan', { config: { needs: 'board.view' } }, async (request, reply) => {
    const { keadaan: state, sebelum: beforeId, selesai } = pageQuery.parse(request.query ?? {});
    const officeCode = request.reader?.officeCode ?? null;
    const rows = await readAlertPage(database.db, { state, officeCode, beforeId, limit: perPage + 1 });
    const mayHandle = may(request.reader, 'alert.manage');
    return sendPage(
      reply,
      alertsPage(frameFor(request, reply, frames, `/peringatan?keadaan=${state}`), {
        state,
        alerts: rows.slice(0, perPage),
        olderThan: rows.length > perPage ? (rows[perPage - 1]?.alertId ?? null) : null,
        offices: new Map((await readOffices(database.db)).map((office) => [office.code, office])),
        channels: mayHandle ? await readChannels(database.db) : [],
        mayHandle,
        outcome: selesai ?? null,
        nowMs: nowMs(),
      }),
    );
  });

  app.post('/peringatan/:id/tangani', { config: { needs: 'alert.manage' } }, async (request, reply) => {
    const parsed = idParam.safeParse(request.params);
    const { note } = noteBody.parse(request.body ?? {});
    const isTaken = parsed.success && (await takeOn(context, request, parsed.data.id, note)) !== null;
    return reply.redirect(`/peringatan?selesai=${isTaken ? 'ya' : 'tidak'}`, 303);
  });
}

/** Takes an alert on for whoever asks. @returns null when it is over, taken already, or of another office */
export async function takeOn(
  { database }: Pick<WebContext, 'database'>,
  request: Parameters<typeof entryOf>[0],
  alertId: number,
  note: string,
): Promise<AlertRow | null> {
  const officeCode = request.reader?.officeCode ?? null;
  const by = { actor: request.reader?.actor ?? '', note, officeCode };
  return database.db.transaction().execute(async (tx) => {
    const taken = await acknowledgeAlert(tx, alertId, by);
    if (taken === null) return null;
    const detail = { kind: taken.kind, terminal: taken.terminalName };
    await writeAudit(
      tx,
      entryOf(request, { action: 'alert.acknowledge', subject: String(alertId), officeCode: taken.officeCode, detail }),
    );
    return taken;
  });
}
