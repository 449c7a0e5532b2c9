/** `/api/v1/accounts`: who may sign in, by the rules of the pages. */
import { z } from 'zod';
import { addAccount, alterAccount, renewLink } from '../../accounts/manage.ts';
import { mayGive, type Reader, roles } from '../../accounts/permissions.ts';
import { type AccountRow, readAccount, readAccounts } from '../../store/accounts.ts';
import { readOffices } from '../../store/board.ts';
import { toldInstant } from '../../store/told-row.ts';
import { badFields } from '../api/failures.ts';
import { instantField, toldAt } from '../api/fields.ts';
import { pageOf, pageOfAll, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { type ApiProblem, noSuch } from '../api-problem.ts';
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

const noSuchAccount = noSuch('account', 'Ask for /api/v1/accounts. A disabled account gets no link.');
/** Accounts and tokens are nobody's who is limited to one office. */
const shared = { needs: 'account.manage', allOffices: true, tag: 'Accounts' } as const;

/** Routes about accounts. */
export function accountsApi(context: WebContext): readonly AnyApiRoute[] {
  const { db } = context.database;
  return [
    apiRoute({
      ...shared,
      method: 'GET',
      path: '/accounts',
      summary: 'Who may sign in, by login',
      query: z.strictObject(pageParams),
      answer: pageOf(account),
      examples: [{ query: { limit: '10' }, answer: { items: [example], next: null } }],
      handle: async (call) => pageOfAll(call, await readAccounts(db), told, ({ login }) => login),
    }),
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/accounts',
      summary: 'Makes an account and its one-time link',
      description: 'Nobody hands out more than they have.',
      status: 201,
      body: typed,
      answer: link,
      examples: [{ body: { login: 'rina', name: 'Rina Wati', role: 'hr', office: null }, answer: exampleLink }],
      async handle({ body, reader, request }) {
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
    ...shared,
    method: 'PATCH',
    path: '/accounts/:login',
    summary: 'Changes, disables or enables an account',
    description: 'What is left out stays. The last operator stays one: 409 `last-operator`.',
    params: loginParam,
    body: z.strictObject({ ...typed.omit({ login: true }).partial().shape, disabled: z.boolean().optional() }),
    answer: account,
    examples: [
      {
        params: { login: 'siti' },
        body: { name: 'Siti Rahmawati' },
        answer: { ...example, name: 'Siti Rahmawati' },
      },
    ],
    async handle({ params, body, reader, request }) {
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
    ...shared,
    method: 'POST',
    path: '/accounts/:login/link',
    summary: 'Makes a new one-time link and lets a waiting account in',
    status: 201,
    params: loginParam,
    answer: link,
    examples: [{ params: { login: 'siti' }, answer: exampleLink }],
    async handle({ params, reader, request }) {
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
  const codes = new Set((await readOffices(database.db)).map(({ code }) => code));
  return judgeAccount({ ...given, office: given.office ?? '', keadaan: '' }, codes, 'en', { reader });
}

function told(row: AccountRow): z.output<typeof account> {
  const { login, name, role, officeCode: office, hasPassword, createdBy } = row;
  return {
    login,
    name,
    role,
    office,
    hasPassword,
    disabledAt: toldInstant(row.disabledAtMs),
    lockedUntil: toldInstant(row.lockedUntilMs),
    createdAt: toldAt(row.createdAtMs),
    createdBy,
    lastSeenAt: toldInstant(row.lastSeenMs),
  };
}
