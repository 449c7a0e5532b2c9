/** Everything about reports of machines: reporting, following, outage windows, berita acara. */
import type { FastifyInstance } from 'fastify';
import type { WebContext } from '../context.ts';
import { createHeldProofs } from './held-proofs.ts';
import { addIncidentRoutes } from './incident-routes.ts';
import { addOutageRoutes } from './outage-routes.ts';
import { addReportRoutes } from './report-routes.ts';
import { addUploads } from './upload.ts';

/** Adds the routes of this room. */
export async function addIncidents(app: FastifyInstance, context: WebContext): Promise<void> {
  await addUploads(app);
  addReportRoutes(app, context, createHeldProofs());
  addOutageRoutes(app, context);
  addIncidentRoutes(app, context);
}
