/** Everything about reports of machines: reporting, following, outage windows, berita acara. */
import type { FastifyInstance } from 'fastify';
import { readFacts } from '../../store/incident-facts.ts';
import { listProofs } from '../../store/incident-proofs.ts';
import { readSteps } from '../../store/incidents.ts';
import { noteLook, type WebContext } from '../context.ts';
import { createHeldProofs } from './held-proofs.ts';
import { addIncidentRoutes, withIncident } from './incident-routes.ts';
import { createLane } from './lane.ts';
import { addOutageRoutes } from './outage-routes.ts';
import { disposition } from './proof-files.ts';
import { recordNumber, recordPdf } from './record-pdf.ts';
import { addReportRoutes } from './report-routes.ts';
import { addUploads } from './upload.ts';

/** Documents being drawn or waiting for it. */
const mostRecords = 12;

/** Adds the routes of this room. */
export async function addIncidents(app: FastifyInstance, context: WebContext): Promise<void> {
  await addUploads(app);
  addReportRoutes(app, context, createHeldProofs());
  addOutageRoutes(app, context);
  addIncidentRoutes(app, context);
  const lane = createLane(mostRecords);
  const { database, nowMs } = context;

  app.get('/laporan/:number/berita-acara.pdf', { config: { needs: 'board.view' } }, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
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
    }),
  );
}
