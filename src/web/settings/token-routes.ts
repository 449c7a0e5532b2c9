/** `/pengaturan/token`: systems that use the API. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addToken, endToken } from '../../accounts/manage.ts';
import { isPermission, may, permissions } from '../../accounts/permissions.ts';
import { type OfficeRow, readOffices } from '../../store/board.ts';
import { readTokens, type TokenRow } from '../../store/web-sessions.ts';
import { scopeTexts, settingsWords as words } from '../../words/settings.ts';
import type { WebContext } from '../context.ts';
import { timeTag } from '../format.ts';
import { frameFor, sendPage } from '../frame.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  checkboxField,
  dataTable,
  errorSummary,
  type FieldErrors,
  form,
  radioField,
  tag,
  textField,
} from '../views/parts.ts';
import { actorOf, isForAll, refuseLimited } from './access.ts';
import { officeField } from './account-view.ts';
import { onceView } from './view.ts';

const path = '/pengaturan/token';
const needs = { config: { needs: 'account.manage' } } as const;
const idParam = z.object({ id: z.uuid() });
const text = z.string().max(500).catch('');
const typed = z.object({
  name: text.default(''),
  scopes: z
    .union([
      z.array(z.string().max(60)).max(30),
      z
        .string()
        .max(60)
        .transform((one) => [one]),
    ])
    .catch([])
    .default([]),
  office: text.default(''),
  berlaku: z.enum(['30', '365', 'terus']).catch('365').default('365'),
});
type TokenForm = z.output<typeof typed>;

/** What is wrong with a token that is asked for, by field. */
export function judgeToken(
  given: Pick<TokenForm, 'name' | 'scopes' | 'office'>,
  offices: readonly OfficeRow[],
  lang: 'id' | 'en',
  { reader }: Pick<FastifyRequest, 'reader'>,
): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  const scopes = given.scopes.filter(isPermission);
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(given.name)) errors.name = words.badTokenName[lang];
  // Nobody hands out more than they have.
  if (scopes.length === 0 || !scopes.every((scope) => may(reader, scope))) errors.scopes = words.noScope[lang];
  if (given.office !== '' && !offices.some(({ code }) => code === given.office)) errors.office = words.badOffice[lang];
  return errors;
}

/** Adds the pages. */
export function addTokenRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;

  async function list(request: FastifyRequest, reply: FastifyReply, given: TokenForm, errors: FieldErrors) {
    const offices = await readOffices(database.db);
    const shown = { tokens: await readTokens(database.db), offices, given, errors, nowMs: nowMs() };
    return sendPage(reply, tokensView(frameFor(request, reply, frames, path), shown));
  }

  app.get(path, needs, async (request, reply) =>
    isForAll(request) ? list(request, reply, typed.parse({}), {}) : refuseLimited(request, reply, context),
  );

  app.post(path, needs, async (request, reply) => {
    if (!isForAll(request)) return refuseLimited(request, reply, context);
    const given = typed.parse(request.body ?? {});
    const frame = frameFor(request, reply, frames, path);
    const { lang } = frame.words;
    const offices = await readOffices(database.db);
    const scopes = given.scopes.filter(isPermission);
    const errors = judgeToken(given, offices, lang, request);
    if (Object.keys(errors).length > 0) return list(request, reply.code(422), given, errors);
    const secret = await addToken(database.db, actorOf(request), {
      name: given.name,
      scopes,
      officeCode: given.office === '' ? null : given.office,
      validDays: given.berlaku === 'terus' ? null : Number(given.berlaku),
    });
    if (secret === null) return list(request, reply.code(422), given, { name: words.taken[lang] });
    return sendPage(reply, onceView(frame, { title: words.tokenTitle, text: words.tokenText, secret, back: path }));
  });

  app.post(`${path}/:id/cabut`, needs, async (request, reply) => {
    if (!isForAll(request)) return refuseLimited(request, reply, context);
    const { data } = idParam.safeParse(request.params);
    if (data !== undefined) await endToken(database.db, actorOf(request), data.id);
    return reply.redirect(path, 303);
  });
}

interface Shown {
  readonly tokens: readonly TokenRow[];
  readonly offices: readonly OfficeRow[];
  readonly given: TokenForm;
  readonly errors: FieldErrors;
  readonly nowMs: number;
}

function tokensView(frame: PageFrame, { tokens, offices, given, errors, nowMs }: Shown): Html {
  const { words: page, csrf } = frame;
  const { lang } = page;
  const zone = offices[0]?.timeZone ?? 'Asia/Jakarta';
  const time = (atMs: number | null) => (atMs === null ? null : timeTag(atMs, zone, page, nowMs));
  const rows = tokens.map((token) => [
    token.name,
    token.scopes.join(', '),
    token.officeCode ?? words.allOffices[lang],
    token.expiresAtMs === null ? words.forGood[lang] : time(token.expiresAtMs),
    time(token.lastUsedAtMs),
    token.revokedAtMs === null
      ? form(
          { action: `${path}/${token.tokenId}/cabut`, csrf, className: 'inline' },
          button(`${words.revoke[lang]} ${token.name}`, { kind: 'danger' }),
        )
      : tag(words.revoked[lang], 'quiet'),
  ]);
  const heads = [words.tokenName, words.scopes, words.office, words.until, words.lastUsed, words.state];
  const body = html`<h2>${words.tokens[lang]}</h2>
${
  tokens.length === 0
    ? banner('info', words.noTokens[lang])
    : dataTable(
        words.tokens[lang],
        heads.map((head) => ({ head: head[lang] })),
        rows,
        '',
      )
}
<h3>${words.newToken[lang]}</h3>${errorSummary(errors, lang)}
${form(
  { action: path, csrf },
  textField({
    name: 'name',
    label: words.tokenName[lang],
    hint: 'e-kinerja',
    value: given.name,
    errors,
    plain: true,
    maxLength: 40,
    required: true,
  }),
  checkboxField({
    name: 'scopes',
    label: words.scopes[lang],
    values: given.scopes,
    errors,
    choices: permissions.map((one) => ({ value: one, text: scopeTexts[one][lang], hint: one })),
  }),
  officeField(frame, given.office, offices, errors),
  radioField({
    name: 'berlaku',
    label: words.expiry[lang],
    value: given.berlaku,
    choices: [
      { value: '30', text: words.days30[lang] },
      { value: '365', text: words.days365[lang] },
      { value: 'terus', text: words.forGood[lang] },
    ],
  }),
  button(words.newToken[lang]),
)}`;
  return roomPage(frame, words.tokens[lang], body);
}
