/** `/pengaturan/akun`: who may sign in. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addAccount, alterAccount, renewLink } from '../../accounts/manage.ts';
import { mayGive, type Role, roles } from '../../accounts/permissions.ts';
import { readAccount, readAccounts } from '../../store/accounts.ts';
import { readOffices } from '../../store/board.ts';
import { settingsWords as words } from '../../words/settings.ts';
import { sendMessage, type WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { wordsOf } from '../words.ts';
import { actorOf, isForAll, linkOf, refuseLimited } from './access.ts';
import { accountsView, accountView } from './account-view.ts';
import { onceView } from './view.ts';

const path = '/pengaturan/akun';
const needs = { config: { needs: 'account.manage' } } as const;
const loginParam = z.object({ login: z.string().max(60) });
const query = z.object({ selesai: z.literal('1').optional().catch(undefined) });

const text = z.string().max(500).catch('');
const typed = z.object({
  login: text.default(''),
  name: text.default(''),
  role: text.default(''),
  office: text.default(''),
  keadaan: text.default(''),
});
export type AccountForm = z.output<typeof typed>;

/** What was typed, as far as it is an account; errors by field. */
export function judgeAccount(
  given: AccountForm,
  offices: ReadonlySet<string>,
  lang: 'id' | 'en',
  { reader }: Pick<FastifyRequest, 'reader'>,
) {
  const login = given.login.trim().toLowerCase();
  const name = given.name.trim();
  const role = roles.find((one) => one === given.role) ?? null;
  const officeCode = given.office === '' ? null : given.office;
  const errors: Record<string, string> = {};
  if (!/^[a-z0-9][a-z0-9._@-]{1,59}$/.test(login)) errors.login = words.badLogin[lang];
  if (name === '' || name.length > 100) errors.name = words.required[lang];
  // Nobody hands out more than they have.
  if (role === null || !mayGive(reader, role)) errors.role = words.badRole[lang];
  if (officeCode !== null && !offices.has(officeCode)) errors.office = words.badOffice[lang];
  else if (role === 'operator' && officeCode !== null) errors.office = words.operatorAll[lang];
  return { login, name, role: role ?? ('viewer' satisfies Role), officeCode, errors };
}

/** What the routes answer with. */
function createPages(context: WebContext) {
  const { database, frames } = context;
  const offices = async () => await readOffices(database.db);

  async function list(request: FastifyRequest, reply: FastifyReply, given: AccountForm, errors: FieldErrors) {
    const frame = frameFor(request, reply, frames, path);
    const { selesai } = query.parse(request.query ?? {});
    const accounts = await readAccounts(database.db);
    const shown = { accounts, offices: await offices(), form: given, errors, done: selesai === '1' };
    return sendPage(reply, accountsView(frame, shown, context.nowMs()));
  }

  async function one(request: FastifyRequest, reply: FastifyReply, errors: FieldErrors) {
    const { login } = loginParam.parse(request.params);
    const account = await readAccount(database.db, login);
    if (account === null) return missing(request, reply);
    const frame = frameFor(request, reply, frames, `${path}/${encodeURIComponent(login)}`);
    return sendPage(reply, accountView(frame, { account, offices: await offices(), errors }, context.nowMs()));
  }

  const missing = (request: FastifyRequest, reply: FastifyReply) => {
    const { notFound } = wordsOf('id');
    const english = wordsOf('en').notFound;
    const title = { id: notFound.title, en: english.title };
    return sendMessage(request, reply, context, { status: 404, title, text: { id: notFound.text, en: english.text } });
  };
  const showLink = (request: FastifyRequest, reply: FastifyReply, secret: string) => {
    const link = linkOf(request, secret);
    const shown = { title: words.linkTitle, text: words.linkText, secret: link, back: path };
    return sendPage(reply, onceView(frameFor(request, reply, frames, path), shown));
  };
  return { offices, list, one, missing, showLink };
}

/** Adds the pages. */
export function addAccountRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames } = context;
  const { offices, list, one, missing, showLink } = createPages(context);
  const guarded =
    (handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    (request: FastifyRequest, reply: FastifyReply) =>
      isForAll(request) ? handle(request, reply) : refuseLimited(request, reply, context);

  app.get(
    path,
    needs,
    guarded((request, reply) => list(request, reply, typed.parse({}), {})),
  );
  app.get(
    `${path}/:login`,
    needs,
    guarded((request, reply) => one(request, reply, {})),
  );

  app.post(
    path,
    needs,
    guarded(async (request, reply) => {
      const given = typed.parse(request.body ?? {});
      const { lang } = frameFor(request, reply, frames, path).words;
      const codes = new Set((await offices()).map(({ code }) => code));
      const { errors, ...account } = judgeAccount(given, codes, lang, request);
      if (Object.keys(errors).length > 0) return list(request, reply.code(422), given, errors);
      const secret = await addAccount(database.db, actorOf(request), account);
      return secret === null
        ? list(request, reply.code(422), given, { login: words.taken[lang] })
        : showLink(request, reply, secret);
    }),
  );

  app.post(
    `${path}/:login`,
    needs,
    guarded(async (request, reply) => {
      const { login } = loginParam.parse(request.params);
      const before = await readAccount(database.db, login);
      // Who may do more than the reader is not the reader's to change, either.
      if (before !== null && !mayGive(request.reader, before.role)) return refuseLimited(request, reply, context);
      const given = { ...typed.parse(request.body ?? {}), login };
      const { lang } = frameFor(request, reply, frames, path).words;
      const codes = new Set((await offices()).map(({ code }) => code));
      const { errors, name, role, officeCode } = judgeAccount(given, codes, lang, request);
      if (Object.keys(errors).length > 0) return one(request, reply.code(422), errors);
      const change = { name, role, officeCode, disabled: given.keadaan === 'nonaktif' };
      const result = await alterAccount(database.db, actorOf(request), login, change);
      if (result === 'missing') return missing(request, reply);
      if (result === 'last-operator') return one(request, reply.code(422), { role: words.lastOperator[lang] });
      return reply.redirect(`${path}?selesai=1`, 303);
    }),
  );

  app.post(
    `${path}/:login/tautan`,
    needs,
    guarded(async (request, reply) => {
      const { login } = loginParam.parse(request.params);
      const account = await readAccount(database.db, login);
      // A link is the account: whoever has it is that person.
      if (account !== null && !mayGive(request.reader, account.role)) return refuseLimited(request, reply, context);
      const secret = await renewLink(database.db, actorOf(request), login);
      return secret === null ? missing(request, reply) : showLink(request, reply, secret);
    }),
  );
}
