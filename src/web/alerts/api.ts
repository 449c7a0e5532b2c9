/** `/api/v1/alerts`: what the page of alerts shows, and taking one on. */
import { z } from 'zod';
import { type AlertRow, readAlertPage, readChannels } from '../../store/alerts.ts';
import { toldInstant } from '../../store/told-row.ts';
import { toldAlert } from '../../words/told-alert.ts';
import { instantField } from '../api/fields.ts';
import { pageBy, pageOf, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { noSuch } from '../api-problem.ts';
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
  acknowledged: z.boolean(),
  acknowledgedAt: instantField().nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  words: z.object({ id: sentence, en: sentence }),
});

const dark: AlertRow = {
  alertId: 7,
  key: 'office-dark dinkes',
  kind: 'office-dark',
  severity: 'critical',
  officeCode: 'dinkes',
  terminalName: null,
  sinceMs: Date.parse('2026-03-02T00:31:04Z'),
  openedAtMs: Date.parse('2026-03-02T01:01:30Z'),
  closedAtMs: null,
  facts: { machines: 4 },
  acknowledgedAtMs: null,
  acknowledgedBy: null,
  note: null,
};
const note = 'Listrik padam, PLN sudah dihubungi.';
const taken = { ...dark, acknowledgedAtMs: Date.parse('2026-03-02T01:05:00Z'), acknowledgedBy: 'budi', note };

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
      examples: [{ query: { state: 'open', limit: '10' }, answer: { items: [told(dark)], next: null } }],
      handle: (call) =>
        pageBy(call, {
          key: z.tuple([z.int()]),
          read: (after, limit) =>
            readAlertPage(database.db, {
              state: call.query.state ?? 'open',
              officeCode: call.reader.officeCode,
              beforeId: after?.[0] ?? null,
              limit,
            }),
          told,
          keyOf: ({ alertId }) => [alertId],
        }),
    }),
    apiRoute({
      method: 'GET',
      path: '/alerts/channels',
      needs: 'alert.manage',
      summary: 'How each channel stands that alerts are sent by',
      tag: 'Alerts',
      answer: z.object({
        channels: z.array(
          z.object({
            channel: z.string(),
            waiting: z.int().meta({ description: 'Messages that are not sent yet.' }),
            lastFailure: z.string().nullable(),
            lastSentAt: instantField().nullable(),
          }),
        ),
      }),
      examples: [
        {
          answer: {
            channels: [{ channel: 'email', waiting: 0, lastFailure: null, lastSentAt: '2026-03-02T01:02:00.000Z' }],
          },
        },
      ],
      async handle() {
        const channels = await readChannels(database.db);
        return {
          channels: channels.map(({ lastSentMs, ...one }) => ({ ...one, lastSentAt: toldInstant(lastSentMs) })),
        };
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
      examples: [{ params: { id: '7' }, body: { note }, answer: told(taken) }],
      async handle({ params, body, request }) {
        const alert = await takeOn(context, request, params.id, body.note ?? '');
        return alert === null ? refuse(noSuchAlert) : told(alert);
      },
    }),
  ];
}

function told(row: AlertRow): z.output<typeof alert> {
  const { acknowledgedBy, note } = row;
  return { ...toldAlert(row), acknowledgedAt: toldInstant(row.acknowledgedAtMs), acknowledgedBy, note };
}

const noSuchAlert = noSuch('alert', 'It never was, it is over, or somebody took it on already. Ask for the open ones.');
