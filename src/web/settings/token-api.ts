/** `/api/v1/tokens` and `/api/v1/audit`, by the rules of the pages. */
import { z } from 'zod';
import { addToken, endToken } from '../../accounts/manage.ts';
import { permissions } from '../../accounts/permissions.ts';
import { type AuditRow, readAuditLog } from '../../store/audit-log.ts';
import { readFleet } from '../../store/board.ts';
import { readTokens, type TokenRow } from '../../store/web-sessions.ts';
import { instantField } from '../api/fields.ts';
import { badCursor, keyIn, pageFrom, pageOf, pageParams, rowsFor } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import type { WebContext } from '../context.ts';
import { actorOf } from './access.ts';
import { badFields, forAll, iso, pageInMemory } from './api.ts';
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

/** Routes about tokens, and the audit log. */
export function tokensApi(context: WebContext): readonly AnyApiRoute[] {
  const { db } = context.database;
  return [
    apiRoute({
      method: 'GET',
      path: '/tokens',
      needs: 'account.manage',
      summary: 'Tokens by name; never their secrets',
      tag: 'Accounts',
      query: z.strictObject(pageParams),
      answer: pageOf(token),
      examples: [{ query: { limit: '10' }, answer: { items: [example], next: null } }],
      async handle({ query, reader, request }) {
        if (reader.officeCode !== null) return refuse(forAll);
        return pageInMemory(await readTokens(db), { address: request.url, query }, told, ({ name }) => name);
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/tokens',
      needs: 'account.manage',
      summary: 'Makes a token; its secret is told once',
      description: 'Nobody hands out more than they have. `validDays` null: until it is revoked.',
      tag: 'Accounts',
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
          body: { name: 'e-kinerja', scopes: ['attendance.view'], office: null, validDays: 30 },
          answer: { secret: '…' },
        },
      ],
      async handle({ body: { name, scopes, office, validDays }, reader, request }) {
        if (reader.officeCode !== null) return refuse(forAll);
        const { offices } = await readFleet(db);
        const bad = badFields(judgeToken({ name, scopes, office: office ?? '' }, offices, 'en', request));
        if (bad !== null) return bad;
        const secret = await addToken(db, actorOf(request), { name, scopes, officeCode: office, validDays });
        if (secret !== null) return { secret };
        return refuse({ status: 409, type: 'taken', title: 'This is taken', detail: 'Choose another name.' });
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/tokens/:id',
      needs: 'account.manage',
      summary: 'Revokes a token',
      tag: 'Accounts',
      status: 204,
      params: z.strictObject({ id: z.uuid() }),
      answer: z.undefined(),
      examples: [{ params: { id: example.id }, answer: undefined }],
      async handle({ params, reader, request }) {
        if (reader.officeCode !== null) return refuse(forAll);
        if (await endToken(db, actorOf(request), params.id)) return undefined;
        const detail = 'It never was, or was revoked before.';
        return refuse({ status: 404, type: 'no-such-token', title: 'There is no such token', detail });
      },
    }),
    auditRoute(context),
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
    async handle({ query: { cursor, limit, action, actor }, reader, request }) {
      const after = keyIn(cursor, z.tuple([z.int()]));
      if (after === null) return refuse(badCursor);
      const filter = { ...(action === undefined ? {} : { action }), ...(actor === undefined ? {} : { actor }) };
      const page = { beforeId: after?.[0] ?? null, limit: rowsFor(limit), officeCode: reader.officeCode };
      const rows = await readAuditLog(database.db, { ...page, ...filter });
      return pageFrom(rows, { address: request.url, limit }, toldEntry, ({ auditId }) => [auditId]);
    },
  });
}

function toldEntry({ auditId, atMs, officeCode, detail, ...row }: AuditRow): z.output<typeof entry> {
  return { ...row, id: auditId, at: new Date(atMs).toISOString(), office: officeCode, detail: { ...detail } };
}

function told({ tokenId, name, scopes, officeCode, createdBy, ...row }: TokenRow): z.output<typeof token> {
  return {
    id: tokenId,
    name,
    scopes: [...scopes],
    office: officeCode,
    createdAt: new Date(row.createdAtMs).toISOString(),
    createdBy,
    expiresAt: iso(row.expiresAtMs),
    revokedAt: iso(row.revokedAtMs),
    lastUsedAt: iso(row.lastUsedAtMs),
  };
}
