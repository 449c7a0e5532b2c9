/** Rehearsals at the press of a button, on the page and by the API: one at a time, each with an end, each in the audit log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { writeAudit } from '../../store/audit-log.ts';
import { rehearsalWords as words } from '../../words/setup-rehearsal.ts';
import { instantField } from '../api/fields.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { entryOf } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { type Rehearsal, rehearsalLimits } from './port.ts';
import { type RehearsalForm, rehearsalView } from './rehearsal-view.ts';
import type { SetupPages } from './routes.ts';

const path = '/pengaturan/gladi';
const text = z.string().max(60).catch('');
const body = z.object({ opd: text.default(''), orang: text.default('60'), menit: text.default('60') });
const needs = 'setup.change';
/** Each start makes processes and a database. */
const seldom = { config: { needs, rateLimit: { max: 10, timeWindow: 60_000 } } } as const;

/** Adds the page and its two buttons. */
export function addRehearsal(app: FastifyInstance, pages: SetupPages): void {
  const { context, setup } = pages;
  const inFile = new Set(setup.means.file.offices.map(({ code }) => code));

  const show = (request: FastifyRequest, reply: FastifyReply, typed: RehearsalForm, errors: FieldErrors) =>
    sendPage(
      reply,
      rehearsalView(frameFor(request, reply, context.frames, path), {
        offices: setup.plan.now().offices,
        inFile,
        port: setup.rehearsals,
        typed,
        errors,
        hostname: request.hostname,
        nowMs: context.nowMs(),
      }),
    );

  app.get(path, { config: { needs } }, async (request, reply) => show(request, reply, body.parse({}), {}));

  app.post(path, seldom, async (request, reply) => {
    const typed = body.parse(request.body ?? {});
    const { lang } = frameFor(request, reply, context.frames, path).words;
    const [people, minutes] = [Number(typed.orang), Number(typed.menit)];
    const errors: Record<string, string> = {};
    if (setup.plan.office(typed.opd) === undefined) errors.opd = words.badOffice[lang];
    if (!isWithin(people, rehearsalLimits.people)) errors.orang = words.badPeople[lang];
    if (!isWithin(minutes, rehearsalLimits.minutes)) errors.menit = words.badLength[lang];
    if (Object.keys(errors).length > 0) return show(request, reply.code(422), typed, errors);
    const begun = await begin(pages, request, { office: typed.opd, people, minutes });
    return begun ? reply.redirect(path, 303) : show(request, reply.code(409), typed, { opd: words.busy[lang] });
  });

  app.post(`${path}/akhiri`, seldom, async (request, reply) => {
    await end(pages, request);
    return reply.redirect(path, 303);
  });
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

/** Noted before it is begun: nothing runs that nobody is known to have asked for. */
async function begin(
  { context, setup }: SetupPages,
  request: FastifyRequest,
  wish: { readonly office: string; readonly people: number; readonly minutes: number },
): Promise<boolean> {
  const office = setup.plan.office(wish.office);
  const { rehearsals } = setup;
  const phase = rehearsals?.now()?.phase ?? 'ended';
  if (office === undefined || rehearsals === undefined || (phase !== 'ended' && phase !== 'failed')) return false;
  const { people, minutes } = wish;
  const entry = { action: 'setup.rehearsal-start', subject: office.code, officeCode: office.code };
  await writeAudit(context.database.db, entryOf(request, { ...entry, detail: { people, minutes } }));
  return rehearsals.start(office, { people, minutes, by: request.reader?.name ?? '' });
}

async function end({ context, setup }: SetupPages, request: FastifyRequest): Promise<boolean> {
  const office = setup.rehearsals?.now()?.officeCode;
  if (office === undefined || setup.rehearsals?.stop() !== true) return false;
  const entry = { action: 'setup.rehearsal-stop', subject: office, officeCode: office };
  await writeAudit(context.database.db, entryOf(request, entry));
  return true;
}

const told = z.object({
  office: z.string(),
  phase: z.enum(['starting', 'running', 'stopping', 'ended', 'failed']),
  by: z.string(),
  people: z.int(),
  startedAt: instantField(),
  endsAt: instantField(),
  port: z.int().nullable(),
  errorCode: z.string().nullable(),
});
const answer = z.object({ rehearsal: told.nullable() });
const busy = {
  status: 409,
  type: 'rehearsal-busy',
  title: 'No rehearsal can begin now',
  detail: 'One is going on at this host, or this gateway begins none: it is one itself. Look at GET /setup/rehearsal.',
} as const;
const noOffice = {
  status: 404,
  type: 'no-such-office',
  title: 'No such office',
  detail: 'Look at GET /setup.',
} as const;

const tellOf = (rehearsal: Rehearsal | null): z.input<typeof answer> => ({
  rehearsal: rehearsal && {
    office: rehearsal.officeCode,
    phase: rehearsal.phase,
    by: rehearsal.by,
    people: rehearsal.people,
    startedAt: new Date(rehearsal.startedAtMs).toISOString(),
    endsAt: new Date(rehearsal.endsAtMs).toISOString(),
    port: rehearsal.page?.port ?? null,
    errorCode: rehearsal.errorCode,
  },
});

/** What the page does. The link of the first operator is a secret of the page. */
export function rehearsalApi(pages: SetupPages): readonly AnyApiRoute[] {
  const common = { path: '/setup/rehearsal', needs, allOffices: true, tag: 'Setup', answer } as const;
  const now = () => tellOf(pages.setup.rehearsals?.now() ?? null);
  return [
    apiRoute({
      ...common,
      method: 'GET',
      summary: 'The rehearsal of this host: the one that is going on, or the last',
      examples: [{ answer: { rehearsal: null } }],
      handle: now,
    }),
    apiRoute({
      ...common,
      method: 'POST',
      mostPerMinute: 10,
      summary: 'Begins a rehearsal of one office on simulated terminals',
      description: `One at a time. It ends by itself, and with the gateway. At most ${rehearsalLimits.minutes} minutes and ${rehearsalLimits.people} people.`,
      body: z.strictObject({
        office: z.string().max(60),
        people: z.int().min(1).max(rehearsalLimits.people).default(60),
        minutes: z.int().min(1).max(rehearsalLimits.minutes).default(60),
      }),
      status: 202,
      examples: [{ body: { office: 'dinkes', people: 60, minutes: 30 }, answer: { rehearsal: null } }],
      async handle({ body: wish, request }) {
        if (pages.setup.plan.office(wish.office) === undefined) return refuse(noOffice);
        return (await begin(pages, request, wish)) ? now() : refuse(busy);
      },
    }),
    apiRoute({
      ...common,
      method: 'DELETE',
      summary: 'Ends the rehearsal that is going on; done already when there is none',
      status: 202,
      examples: [{ answer: { rehearsal: null } }],
      async handle({ request }) {
        await end(pages, request);
        return now();
      },
    }),
  ];
}
