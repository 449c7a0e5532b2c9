/** `/api/v1/incidents`: everything that the pages of reports do. */
import { z } from 'zod';
import { incidentKinds, incidentStates } from '../../incident/steps.ts';
import { readKnownPins } from '../../store/incident-facts.ts';
import { listIncidents } from '../../store/incidents.ts';
import { instantField, toldAt } from '../api/fields.ts';
import { pageBy, pageOf, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { noteLook, type WebContext } from '../context.ts';
import { visibleIncident } from './actions.ts';
import {
  addFilesRoute,
  fileRoute,
  noteRoute,
  noteSentRoute,
  probeRoute,
  recordRoute,
  reportRoute,
  stepRoute,
} from './api-changes.ts';
import { example, incident, noSuch, numbered, tag, tellWhole, told, whole, wholeExample } from './api-told.ts';

/** The routes of reports. */
export function incidentsApi(context: WebContext): readonly AnyApiRoute[] {
  return [
    listRoute(context),
    readRoute(context),
    peopleRoute(context),
    reportRoute(context),
    stepRoute(context),
    noteRoute(context),
    noteSentRoute(context),
    probeRoute(context),
    addFilesRoute(context),
    fileRoute(context),
    recordRoute(context),
  ];
}

function listRoute(context: WebContext): AnyApiRoute {
  const { database, nowMs } = context;
  return apiRoute({
    method: 'GET',
    path: '/incidents',
    needs: 'board.view',
    summary: 'Reports of broken, lost and moved machines, newest first',
    tag,
    query: z.strictObject({
      ...pageParams,
      state: z.enum(['open', 'closed', 'all', ...incidentStates]).optional(),
      kind: z.enum(incidentKinds).optional(),
      office: z.string().max(40).optional(),
      serial: z.string().max(40).optional(),
      terminal: z.string().max(100).optional().meta({ description: 'By name, as its office calls it.' }),
    }),
    answer: pageOf(incident),
    examples: [{ query: { state: 'open', limit: '10' }, answer: { items: [example], next: null } }],
    async handle(call) {
      const { state: asked = 'open', kind = null, serial = null, office = null, terminal = null } = call.query;
      const own = call.reader.officeCode;
      // Of another office there is nothing.
      if (own !== null && office !== null && office !== own) return { items: [], next: null };
      const filter = {
        officeCode: own ?? office,
        state: asked === 'all' ? null : asked,
        kind,
        serial,
        terminalName: terminal,
      };
      return pageBy(call, {
        key: z.tuple([z.int()]),
        read: (after, limit) => listIncidents(database.db, { ...filter, below: after?.[0] ?? null, limit }),
        told: (row) => told(row, nowMs()),
        keyOf: ({ number }) => [number],
      });
    },
  });
}

function readRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/incidents/:number',
    needs: 'board.view',
    summary: 'One report with its steps, files and machine facts',
    tag,
    params: numbered,
    answer: whole,
    examples: [{ params: { number: '7' }, answer: wholeExample }],
    async handle({ params, reader }) {
      const row = await visibleIncident(context, reader, params.number);
      return row === null ? refuse(noSuch) : tellWhole(context, row);
    },
  });
}

function peopleRoute(context: WebContext): AnyApiRoute {
  const { database } = context;
  return apiRoute({
    method: 'GET',
    path: '/incidents/:number/people',
    needs: 'attendance.view',
    summary: 'Whose templates may be on a lost machine',
    description: 'PINs that it ever recorded, last seen first. Each look is in the audit log.',
    tag,
    params: numbered,
    answer: z.object({
      people: z.array(
        z.object({
          pin: z.string(),
          person: z.string().nullable().meta({ description: '`id` of `/people`; null for a PIN that means nobody.' }),
          name: z.string().nullable(),
          punches: z.int(),
          lastAt: instantField(),
        }),
      ),
    }),
    keep: 'nothing',
    examples: [
      {
        params: { number: '7' },
        answer: {
          people: [
            {
              pin: '101',
              person: '6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10',
              name: 'Budi Santoso',
              punches: 44,
              lastAt: '2026-03-01T00:31:04.000Z',
            },
          ],
        },
      },
    ],
    async handle({ params, reader, request }) {
      const row = await visibleIncident(context, reader, params.number);
      if (row === null || row.serial === null || row.kind !== 'lost') return refuse(noSuch);
      const pins = await readKnownPins(database.db, row.serial, 2_000);
      const entry = { action: 'incident.people', subject: String(row.number), officeCode: row.officeCode };
      await noteLook(context, request, { ...entry, detail: { people: pins.length } });
      return {
        people: pins.map(({ pin, personId, personName, punches, lastMs }) => ({
          pin,
          person: personId,
          name: personName,
          punches,
          lastAt: toldAt(lastMs),
        })),
      };
    },
  });
}
