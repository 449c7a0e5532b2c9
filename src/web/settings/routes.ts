/** `/pengaturan`: what can be set, and by whom. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { changeOwnPassword } from '../../accounts/manage.ts';
import { maxPasswordLength, minPasswordLength, passwordsAreBusy } from '../../accounts/password.ts';
import type { Readers } from '../../accounts/readers.ts';
import { noteFailure } from '../../store/accounts.ts';
import { signInWords } from '../../words/accounts.ts';
import { settingsWords as words } from '../../words/settings.ts';
import { sessionCookie, sessionSecret } from '../access/guard-routes.ts';
import type { WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import { isLoopback } from '../guard.ts';
import type { FieldErrors } from '../views/parts.ts';
import { actorOf, refuseLimited } from './access.ts';
import { addAccountRoutes } from './account-routes.ts';
import { addAuditRoutes } from './audit-routes.ts';
import { addTokenRoutes } from './token-routes.ts';
import { passwordView, settingsView } from './view.ts';

export interface SettingsOptions {
  readonly readers: Readers;
  /** Pages leave this machine and nobody in front of them speaks TLS. */
  readonly isInsecure: boolean;
}

/** What this reader types can be read on its way: by the network, or between a proxy that speaks no TLS and them. */
function isReadable({ protocol, hostname }: FastifyRequest, { isInsecure }: SettingsOptions): boolean {
  return protocol !== 'https' && (isInsecure || !isLoopback(hostname.replace(/^\[|\]$/g, '')));
}

const passwordForm = z.object({
  current: z.string().max(maxPasswordLength).catch(''),
  password: z.string().max(1_000).catch(''),
  again: z.string().max(1_000).catch(''),
});
const tries = { max: 10, timeWindow: 60_000 };

/** Adds the pages. */
export function addSettingsRoutes(app: FastifyInstance, context: WebContext, options: SettingsOptions): void {
  const { database, frames } = context;
  addAccountRoutes(app, context);
  addTokenRoutes(app, context);
  addAuditRoutes(app, context);

  app.get('/pengaturan', { config: { needs: 'signed-in' } }, async (request, reply) =>
    sendPage(reply, settingsView(frameFor(request, reply, frames, '/pengaturan'), isReadable(request, options))),
  );

  app.get('/pengaturan/sandi', { config: { needs: 'signed-in' } }, async (request, reply) =>
    request.reader?.kind === 'account'
      ? sendPage(reply, passwordView(frameFor(request, reply, frames, '/pengaturan/sandi'), {}))
      : refuseLimited(request, reply, context),
  );

  app.post('/pengaturan/sandi', { config: { needs: 'signed-in', rateLimit: tries } }, async (request, reply) => {
    if (request.reader?.kind !== 'account') return refuseLimited(request, reply, context);
    const given = passwordForm.parse(request.body ?? {});
    const frame = frameFor(request, reply, frames, '/pengaturan/sandi');
    const show = (errors: FieldErrors) => sendPage(reply.code(422), passwordView(frame, errors));
    const { lang } = frame.words;
    const { password: next, again, current } = given;
    if (next.length < minPasswordLength) return show({ password: signInWords.tooShort[lang] });
    if (next.length > maxPasswordLength) return show({ password: signInWords.tooLong[lang] });
    if (next !== again) return show({ again: signInWords.notSame[lang] });
    if (passwordsAreBusy()) return show({ current: signInWords.busy[lang] });
    const note = (accountId: string) => noteFailure(database.db, accountId);
    const result = await changeOwnPassword(database.db, actorOf(request), { current, next }, note);
    if (result === 'refused') return show({ current: words.wrongCurrent[lang] });
    options.readers.forget(sessionSecret(request));
    return reply.clearCookie(sessionCookie(request), { path: '/' }).redirect('/masuk?selesai=1', 303);
  });
}
