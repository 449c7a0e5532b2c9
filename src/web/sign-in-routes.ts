/** `/masuk`, `/keluar`, and the link with which a person chooses a password. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { maxPasswordLength, minPasswordLength } from '../accounts/password.ts';
import type { Readers } from '../accounts/readers.ts';
import { choosePassword, loginOfLink, signIn, signOut } from '../accounts/sign-in.ts';
import { signInWords } from '../words/accounts.ts';
import { sessionCookie, sessionSecret } from './access/guard-routes.ts';
import { sendMessage, type WebContext } from './context.ts';
import { frameFor, sendPage } from './frame.ts';
import { type ChooseForm, chooseView, type SignInForm, signInView } from './views/sign-in-view.ts';

const query = z.object({
  ke: z.string().max(500).catch('/').default('/'),
  kode: z.string().max(100).catch('').default(''),
  selesai: z.literal('1').optional().catch(undefined),
});
const credentials = z.object({
  login: z.string().max(60).catch(''),
  password: z.string().max(maxPasswordLength).catch(''),
  ke: z.string().max(500).catch('/').default('/'),
});
const choice = z.object({
  kode: z.string().max(100).catch(''),
  password: z.string().max(1_000).catch(''),
  again: z.string().max(1_000).catch(''),
});

/** Tries from one address: a whole office behind one router still gets in at eight in the morning. */
const tries = { max: 30, timeWindow: 60_000 };

/** Adds the routes. */
export function addSignInRoutes(app: FastifyInstance, context: WebContext, readers: Readers): void {
  const { database, frames } = context;
  const anyone = { config: { needs: 'anyone' } } as const;
  const guarded = { config: { needs: 'anyone', rateLimit: tries } } as const;

  const show = (request: FastifyRequest, reply: FastifyReply, form: SignInForm): FastifyReply =>
    sendPage(reply, signInView(frameFor(request, reply, frames, '/masuk'), form));

  app.get('/masuk', anyone, async (request, reply) => {
    const { ke, selesai } = query.parse(request.query);
    if (request.reader !== null) return reply.redirect(ownPath(ke), 303);
    return show(request, reply, { login: '', goTo: ownPath(ke), trouble: null, chosen: selesai === '1' });
  });

  app.post('/masuk', guarded, async (request, reply) => {
    const { login, password, ke } = credentials.parse(request.body ?? {});
    const goTo = ownPath(ke);
    const result = await signIn(database.db, { login, password, requestId: request.id });
    if (typeof result === 'string')
      return show(request, reply.code(result === 'busy' ? 503 : 401), { login, goTo, trouble: result, chosen: false });
    setSession(request, reply, result.secret);
    return reply.redirect(goTo, 303);
  });

  app.post('/keluar', { config: { needs: 'signed-in' } }, async (request, reply) => {
    const secret = sessionSecret(request);
    readers.forget(secret);
    await signOut(database.db, secret, request.reader?.actor ?? '', request.id);
    return reply.clearCookie(sessionCookie(request), { path: '/' }).redirect('/masuk', 303);
  });

  const showChoice = (request: FastifyRequest, reply: FastifyReply, form: ChooseForm): FastifyReply =>
    sendPage(
      reply,
      chooseView(frameFor(request, reply, frames, `/masuk/tautan?kode=${encodeURIComponent(form.secret)}`), form),
    );
  const gone = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendMessage(request, reply, context, {
      status: 410,
      title: signInWords.linkGone,
      text: signInWords.linkGoneText,
    });

  app.get('/masuk/tautan', guarded, async (request, reply) => {
    const { kode } = query.parse(request.query);
    const login = await loginOfLink(database.db, kode);
    return login === null ? gone(request, reply) : showChoice(request, reply, { secret: kode, login, trouble: null });
  });

  app.post('/masuk/tautan', guarded, async (request, reply) => {
    const { kode: secret, password, again } = choice.parse(request.body ?? {});
    const login = await loginOfLink(database.db, secret);
    if (login === null) return gone(request, reply);
    const trouble =
      password.length < minPasswordLength
        ? 'tooShort'
        : password.length > maxPasswordLength
          ? 'tooLong'
          : password !== again
            ? 'notSame'
            : null;
    if (trouble !== null) return showChoice(request, reply.code(422), { secret, login, trouble });
    const isChosen = await choosePassword(database.db, { secret, password, requestId: request.id });
    return isChosen ? reply.redirect('/masuk?selesai=1', 303) : gone(request, reply);
  });
}

function setSession(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  const secure = request.protocol === 'https';
  reply.setCookie(sessionCookie(request), secret, { path: '/', httpOnly: true, sameSite: 'lax', secure });
}

/** A path of ours, or the board: nobody is sent to another site from here. */
export function ownPath(path: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.startsWith('/masuk') ? path : '/';
}
