/** `/api/v1/tokens` and `/api/v1/audit`, by the rules of the pages. */
import { z } from 'zod';
import { addToken, endToken } from '../../accounts/manage.ts';
import { permissions } from '../../accounts/permissions.ts';
import { type AuditRow, checkAuditChain, readAuditLog } from '../../store/audit-log.ts';
import { readOffices } from '../../store/board.ts';
import { toldInstant } from '../../store/told-row.ts';
import { readTokens, type TokenRow } from '../../store/web-sessions.ts';
import { badFields } from '../api/failures.ts';
import { instantField, toldAt } from '../api/fields.ts';
import { pageBy, pageOf, pageOfAll, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { noSuch } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import { actorOf } from './access.ts';
import { judgeToken } from './token-routes.ts';

const token = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.string()),
  office: z.string().nullable(),
  createdAt: instantField(),
  createdBy: z.string(),
  expiresAt: instantField().nullable(),
  revokedAt: instantField().nullable(),
  lastUsedAt: instantField().nullable(),
});
const example: z.output<typeof token> = {
  id: '01234567-89ab-4cde-8f01-23456789abcd',
  name: 'e-kinerja',
  scopes: ['attendance.view'],
  office: null,
  createdAt: '2026-03-02T01:00:00.000Z',
  createdBy: 'budi',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};

const shared = { needs: 'account.manage', allOffices: true, tag: 'Accounts' } as const;

/** Routes about tokens, and the audit log. */
export function tokensApi(context: WebContext): readonly AnyApiRoute[] {
  const { db } = context.database;
  return [
    apiRoute({
      ...shared,
      method: 'GET',
      path: '/tokens',
      summary: 'Tokens by name; never their secrets',
      query: z.strictObject(pageParams),
      answer: pageOf(token),
      examples: [{ query: { limit: '10' }, answer: { items: [example], next: null } }],
      handle: async (call) => pageOfAll(call, await readTokens(db), told, ({ name }) => name),
    }),
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/tokens',
      summary: 'Makes a token; its secret is told once',
      description: 'Nobody hands out more than they have. `validDays` null: until it is revoked.',
      status: 201,
      body: z.strictObject({
        name: z.string().max(40),
        scopes: z.array(z.enum(permissions)).max(30),
        office: z.string().min(1).max(40).nullable().default(null),
        validDays: z.int().min(1).max(3_650).nullable().default(365),
      }),
      answer: z.object({ secret: z.string() }),
      examples: [
        {
          body: { name: 'tpp', scopes: ['attendance.view'], office: null, validDays: 30 },
          answer: { secret: '…' },
        },
      ],
      async handle({ body: { name, scopes, office, validDays }, request }) {
        const offices = await readOffices(db);
        const bad = badFields(judgeToken({ name, scopes, office: office ?? '' }, offices, 'en', request));
        if (bad !== null) return bad;
        const secret = await addToken(db, actorOf(request), { name, scopes, officeCode: office, validDays });
        if (secret !== null) return { secret };
        return refuse({ status: 409, type: 'taken', title: 'This is taken', detail: 'Choose another name.' });
      },
    }),
    apiRoute({
      ...shared,
      method: 'DELETE',
      path: '/tokens/:id',
      summary: 'Revokes a token',
      status: 204,
      params: z.strictObject({ id: z.uuid() }),
      answer: z.undefined(),
      examples: [{ params: { id: example.id }, answer: undefined }],
      async handle({ params, request }) {
        if (await endToken(db, actorOf(request), params.id)) return undefined;
        return refuse(noSuch('token', 'It never was, or was revoked before.'));
      },
    }),
    auditRoute(context),
    chainRoute(context),
  ];
}

const entry = z.object({
  id: z.int(),
  at: instantField(),
  actorKind: z.enum(['account', 'token', 'command', 'gateway']),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  office: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

function auditRoute({ database }: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/audit',
    needs: 'audit.view',
    summary: 'Who did and saw what, newest first',
    description: '`action` also takes the part before the dot: `account`.',
    tag: 'Audit',
    query: z.strictObject({
      ...pageParams,
      action: z
        .string()
        .regex(/^[a-z][a-z.-]{0,59}$/)
        .optional(),
      actor: z.string().trim().min(1).max(60).optional(),
    }),
    answer: pageOf(entry),
    examples: [
      {
        query: { action: 'account', limit: '1' },
        answer: {
          items: [
            {
              id: 7,
              at: '2026-03-02T01:00:00.000Z',
              actorKind: 'account',
              actor: 'budi',
              action: 'account.create',
              subject: 'siti',
              office: null,
              requestId: 'req-1',
              detail: { role: 'hr' },
            },
          ],
          next: null,
        },
      },
    ],
    handle(call) {
      const { action, actor } = call.query;
      const { officeCode } = call.reader;
      const filter = { ...(action === undefined ? {} : { action }), ...(actor === undefined ? {} : { actor }) };
      return pageBy(call, {
        key: z.tuple([z.int()]),
        read: (after, limit) =>
          readAuditLog(database.db, { beforeId: after?.[0] ?? null, limit, officeCode, ...filter }),
        told: toldEntry,
        keyOf: ({ auditId }) => [auditId],
      });
    },
  });
}

function chainRoute({ database }: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/audit/chain',
    needs: 'audit.view',
    allOffices: true,
    summary: 'Whether the audit log is as it was written',
    description: 'Every entry is hashed with the one before it, so this takes as long as the log is. 6 a minute.',
    tag: 'Audit',
    mostPerMinute: 6,
    answer: z.object({
      entries: z.int(),
      firstBroken: z.int().nullable().meta({ description: 'The first entry that does not fit; null: all do.' }),
    }),
    keep: 'nothing',
    examples: [{ answer: { entries: 7, firstBroken: null } }],
    handle: () => checkAuditChain(database.db),
  });
}

function toldEntry({ auditId, atMs, officeCode, detail, ...row }: AuditRow): z.output<typeof entry> {
  return { ...row, id: auditId, at: toldAt(atMs), office: officeCode, detail: { ...detail } };
}

function told({ tokenId, name, scopes, officeCode, createdBy, ...row }: TokenRow): z.output<typeof token> {
  return {
    id: tokenId,
    name,
    scopes: [...scopes],
    office: officeCode,
    createdAt: toldAt(row.createdAtMs),
    createdBy,
    expiresAt: toldInstant(row.expiresAtMs),
    revokedAt: toldInstant(row.revokedAtMs),
    lastUsedAt: toldInstant(row.lastUsedAtMs),
  };
}
