/** `/api/v1/accounts`: who may sign in, by the rules of the pages. */
import { z } from 'zod';
import { addAccount, alterAccount, renewLink } from '../../accounts/manage.ts';
import { mayGive, type Reader, roles } from '../../accounts/permissions.ts';
import { type AccountRow, readAccount, readAccounts } from '../../store/accounts.ts';
import { readFleet } from '../../store/board.ts';
import { instantField } from '../api/fields.ts';
import { badCursor, keyIn, pageFrom, pageOf, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, type Refusal, refuse } from '../api/route.ts';
import type { ApiProblem } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import { actorOf, linkOf } from './access.ts';
import { judgeAccount } from './account-routes.ts';

const account = z.object({
  login: z.string(),
  name: z.string(),
  role: z.enum(roles),
  office: z.string().nullable(),
  hasPassword: z.boolean(),
  disabledAt: instantField().nullable(),
  lockedUntil: instantField().nullable(),
  createdAt: instantField(),
  createdBy: z.string(),
  lastSeenAt: instantField().nullable(),
});
const link = z.object({ link: z.string().meta({ description: 'Works once, for whoever has it; never told again.' }) });
const loginParam = z.strictObject({ login: z.string().min(1).max(60) });
const typed = z.strictObject({
  login: z.string().max(60),
  name: z.string().max(100),
  role: z.enum(roles),
  office: z.string().min(1).max(40).nullable().default(null),
});
const example: z.output<typeof account> = {
  login: 'siti',
  name: 'Siti Rahma',
  role: 'hr',
  office: null,
  hasPassword: true,
  disabledAt: null,
  lockedUntil: null,
  createdAt: '2026-03-02T01:00:00.000Z',
  createdBy: 'budi',
  lastSeenAt: null,
};
const exampleLink = { link: 'https://gerbang.example.go.id/masuk/tautan?kode=…' };

/** Accounts and tokens are nobody's who is limited to one office. */
export const forAll: ApiProblem = {
  status: 404,
  type: 'not-found',
  title: 'Not found',
  detail: 'Accounts and tokens are for readers of all offices.',
};
const noSuchAccount: ApiProblem = {
  status: 404,
  type: 'no-such-account',
  title: 'There is no such account',
  detail: 'Ask for /api/v1/accounts. A disabled account gets no link.',
};
const isOlder = (text: string, after: string | undefined): boolean => after === undefined || text > after;

/** What a person typed wrongly, by field. */
export function badFields(errors: Readonly<Record<string, string>>): Refusal | null {
  const fields = Object.entries(errors).map(([field, message]) => ({ field, message }));
  const [first] = fields;
  if (first === undefined) return null;
  const detail = `${first.field}: ${first.message}`;
  return refuse({
    status: 422,
    type: 'bad-body',
    title: 'The body is not understood',
    detail,
    facts: { in: 'body', errors: fields },
  });
}

/** Items after a cursor, in the order of their key; all are in memory, they are dozens. */
export function pageInMemory<Row, Item>(
  rows: readonly Row[],
  { address, query }: { address: string; query: { cursor?: string | undefined; limit?: number | undefined } },
  told: (row: Row) => Item,
  key: (row: Row) => string,
) {
  const after = keyIn(query.cursor, z.tuple([z.string()]));
  if (after === null) return refuse(badCursor);
  const left = rows.filter((row) => isOlder(key(row), after?.[0])).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return pageFrom(left, { address, limit: query.limit }, told, (row) => [key(row)]);
}

/** Routes about accounts. */
export function accountsApi(context: WebContext): readonly AnyApiRoute[] {
  const { db } = context.database;
  return [
    apiRoute({
      method: 'GET',
      path: '/accounts',
      needs: 'account.manage',
      summary: 'Who may sign in, by login',
      tag: 'Accounts',
      query: z.strictObject(pageParams),
      answer: pageOf(account),
      examples: [{ query: { limit: '10' }, answer: { items: [example], next: null } }],
      async handle({ query, reader, request }) {
        if (reader.officeCode !== null) return refuse(forAll);
        return pageInMemory(await readAccounts(db), { address: request.url, query }, told, ({ login }) => login);
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/accounts',
      needs: 'account.manage',
      summary: 'Makes an account and its one-time link',
      description: 'Nobody hands out more than they have.',
      tag: 'Accounts',
      status: 201,
      body: typed,
      answer: link,
      examples: [{ body: { login: 'siti', name: 'Siti Rahma', role: 'hr', office: null }, answer: exampleLink }],
      async handle({ body, reader, request }) {
        if (reader.officeCode !== null) return refuse(forAll);
        const { errors, ...wanted } = await judged(context, reader, body);
        const bad = badFields(errors);
        if (bad !== null) return bad;
        const secret = await addAccount(db, actorOf(request), wanted);
        return secret === null ? refuse(taken) : { link: linkOf(request, secret) };
      },
    }),
    changeRoute(context),
    linkRoute(context),
  ];
}

function changeRoute(context: WebContext): AnyApiRoute {
  const { db } = context.database;
  return apiRoute({
    method: 'PATCH',
    path: '/accounts/:login',
    needs: 'account.manage',
    summary: 'Changes, disables or enables an account',
    description: 'What is left out stays. The last operator stays one: 409 `last-operator`.',
    tag: 'Accounts',
    params: loginParam,
    body: z.strictObject({ ...typed.omit({ login: true }).partial().shape, disabled: z.boolean().optional() }),
    answer: account,
    examples: [
      {
        params: { login: 'siti' },
        body: { disabled: true },
        answer: { ...example, disabledAt: '2026-03-03T01:00:00.000Z' },
      },
    ],
    async handle({ params, body, reader, request }) {
      if (reader.officeCode !== null) return refuse(forAll);
      const before = await readAccount(db, params.login);
      if (before === null) return refuse(noSuchAccount);
      if (!mayGive(reader, before.role)) return refuse(notYours);
      const { name = before.name, role = before.role, disabled = before.disabledAtMs !== null } = body;
      const office = body.office === undefined ? before.officeCode : body.office;
      const { errors, ...wanted } = await judged(context, reader, { login: before.login, name, role, office });
      const bad = badFields(errors);
      if (bad !== null) return bad;
      const change = { name: wanted.name, role: wanted.role, officeCode: wanted.officeCode, disabled };
      const result = await alterAccount(db, actorOf(request), before.login, change);
      if (result === 'last-operator') return refuse(lastOperator);
      const after = result === 'missing' ? null : await readAccount(db, before.login);
      return after === null ? refuse(noSuchAccount) : told(after);
    },
  });
}

function linkRoute(context: WebContext): AnyApiRoute {
  const { db } = context.database;
  return apiRoute({
    method: 'POST',
    path: '/accounts/:login/link',
    needs: 'account.manage',
    summary: 'Makes a new one-time link and lets a waiting account in',
    tag: 'Accounts',
    status: 201,
    params: loginParam,
    answer: link,
    examples: [{ params: { login: 'siti' }, answer: exampleLink }],
    async handle({ params, reader, request }) {
      if (reader.officeCode !== null) return refuse(forAll);
      const found = await readAccount(db, params.login);
      // A link is the account: whoever has it is that person.
      if (found !== null && !mayGive(reader, found.role)) return refuse(notYours);
      const secret = await renewLink(db, actorOf(request), params.login);
      return secret === null ? refuse(noSuchAccount) : { link: linkOf(request, secret) };
    },
  });
}

const taken: ApiProblem = { status: 409, type: 'taken', title: 'This is taken', detail: 'Choose another login.' };
const lastOperator: ApiProblem = {
  status: 409,
  type: 'last-operator',
  title: 'The last operator',
  detail: 'Nobody would be left who could let anybody in again. Make another operator first.',
};
const notYours: ApiProblem = {
  status: 403,
  type: 'not-permitted',
  title: 'Not permitted',
  detail: 'This account may do more than you.',
};

async function judged({ database }: WebContext, reader: Reader, given: z.output<typeof typed>) {
  const codes = new Set((await readFleet(database.db)).offices.map(({ code }) => code));
  return judgeAccount({ ...given, office: given.office ?? '', keadaan: '' }, codes, 'en', { reader });
}

/** An instant, or null. */
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function told(row: AccountRow): z.output<typeof account> {
  const { login, name, role, officeCode: office, hasPassword, createdBy } = row;
  return {
    login,
    name,
    role,
    office,
    hasPassword,
    disabledAt: iso(row.disabledAtMs),
    lockedUntil: iso(row.lockedUntilMs),
    createdAt: new Date(row.createdAtMs).toISOString(),
    createdBy,
    lastSeenAt: iso(row.lastSeenMs),
  };
}
