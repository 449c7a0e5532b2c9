/** Berita acara as a file, drawn one by one. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readFacts } from '../../store/incident-facts.ts';
import { listProofs } from '../../store/incident-proofs.ts';
import { type IncidentRow, readSteps } from '../../store/incidents.ts';
import { noteLook, type WebContext } from '../context.ts';
import { createLane } from './lane.ts';
import { disposition } from './proof-files.ts';
import { recordNumber, recordPdf } from './record-pdf.ts';

/** Documents being drawn or waiting for it. */
const lane = createLane(12);

/** Draws the record of a report, notes who took it, and sends it. */
export async function sendRecord(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  incident: IncidentRow,
): Promise<FastifyReply> {
  const { database, nowMs } = context;
  const { number, officeCode } = incident;
  const [steps, proofs, facts] = await Promise.all([
    readSteps(database.db, number),
    listProofs(database.db, number),
    readFacts(database.db, number),
  ]);
  const printedBy = request.reader?.name ?? '';
  const pdf = await lane(() => recordPdf({ incident, steps, proofs, facts, printedBy, nowMs: nowMs() }));
  await noteLook(context, request, { action: 'incident.record', subject: String(number), officeCode });
  const name = `berita-acara-${recordNumber(incident).replaceAll('/', '-')}.pdf`;
  return reply
    .header('content-disposition', disposition('inline', name))
    .header('cache-control', 'no-store')
    .type('application/pdf')
    .send(pdf);
}
