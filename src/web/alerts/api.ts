/** `/api/v1/alerts`: what the page of alerts shows, and taking one on. */
import { z } from 'zod';
import { type AlertRow, readAlertPage } from '../../store/alerts.ts';
import { alertText } from '../../words/alerts.ts';
import { instantField } from '../api/fields.ts';
import { badCursor, keyIn, pageFrom, pageOf, pageParams, rowsFor } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import type { ApiProblem } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import { takeOn } from './alert-routes.ts';

const sentence = z.object({ name: z.string(), what: z.string(), next: z.string() });
const alert = z.object({
  id: z.int(),
  kind: z.string().meta({ description: 'docs/operations.md, "Alerts"' }),
  severity: z.enum(['warning', 'critical']),
  office: z.string().nullable(),
  terminal: z.string().nullable(),
  since: instantField(),
  openedAt: instantField(),
  closedAt: instantField().nullable(),
  acknowledgedAt: instantField().nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  words: z.object({ id: sentence, en: sentence }),
});

const example: z.output<typeof alert> = {
  id: 7,
  kind: 'office-dark',
  severity: 'critical',
  office: 'dinkes',
  terminal: null,
  since: '2026-03-02T00:31:04.000Z',
  openedAt: '2026-03-02T01:01:30.000Z',
  closedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  facts: { machines: 4 },
  words: { id: alertText('office-dark', { machines: 4 }, 'id'), en: alertText('office-dark', { machines: 4 }, 'en') },
};

/** Alerts for systems. A reader of one office sees those of that office only. */
export function alertsApi(context: WebContext): readonly AnyApiRoute[] {
  const { database } = context;
  return [
    apiRoute({
      method: 'GET',
      path: '/alerts',
      needs: 'board.view',
      summary: 'What is wrong, newest first',
      tag: 'Alerts',
      query: z.strictObject({ ...pageParams, state: z.enum(['open', 'closed', 'all']).optional() }),
      answer: pageOf(alert),
      examples: [{ query: { state: 'open', limit: '10' }, answer: { items: [example], next: null } }],
      async handle({ query, reader, request }) {
        const after = keyIn(query.cursor, z.tuple([z.int()]));
        if (after === null) return refuse(badCursor);
        const rows = await readAlertPage(database.db, {
          state: query.state ?? 'open',
          officeCode: reader.officeCode,
          beforeId: after?.[0] ?? null,
          limit: rowsFor(query.limit),
        });
        return pageFrom(rows, { address: request.url, limit: query.limit }, told, ({ alertId }) => [alertId]);
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/alerts/:id/acknowledge',
      needs: 'alert.manage',
      summary: 'Take an alert on: it is not sent any more',
      tag: 'Alerts',
      params: z.strictObject({
        id: z
          .string()
          .regex(/^\d{1,15}$/, 'a whole number')
          .transform(Number),
      }),
      body: z.strictObject({ note: z.string().trim().max(500).optional() }),
      answer: alert,
      examples: [
        {
          params: { id: '7' },
          body: { note: 'Listrik padam, PLN sudah dihubungi.' },
          answer: {
            ...example,
            acknowledgedAt: '2026-03-02T01:05:00.000Z',
            acknowledgedBy: 'budi',
            note: 'Listrik padam, PLN sudah dihubungi.',
          },
        },
      ],
      async handle({ params, body, request }) {
        const taken = await takeOn(context, request, params.id, body.note ?? '');
        return taken === null ? refuse(noSuchAlert) : told(taken);
      },
    }),
  ];
}

function told(row: AlertRow): z.output<typeof alert> {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: row.alertId,
    kind: row.kind,
    severity: row.severity,
    office: row.officeCode,
    terminal: row.terminalName,
    since: new Date(row.sinceMs).toISOString(),
    openedAt: new Date(row.openedAtMs).toISOString(),
    closedAt: iso(row.closedAtMs),
    acknowledgedAt: iso(row.acknowledgedAtMs),
    acknowledgedBy: row.acknowledgedBy,
    note: row.note,
    facts: { ...row.facts },
    words: { id: alertText(row.kind, row.facts, 'id'), en: alertText(row.kind, row.facts, 'en') },
  };
}

const noSuchAlert: ApiProblem = {
  status: 404,
  type: 'no-such-alert',
  title: 'There is no such alert',
  detail: 'It never was, it is over, or somebody took it on already. Ask for the open ones.',
};
