/** `/pengaturan/opd` and `/pengaturan/mesin`: offices and machines, for those who may change the setup. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { changeSetup, type SetupOutcome, type SetupWish } from '../../setup/change.ts';
import { exportCsv } from '../../setup/import.ts';
import { writeAudit } from '../../store/audit-log.ts';
import { type Managed, readManaged } from '../../store/setup.ts';
import type { Bilingual } from '../../words/language.ts';
import { setupWords as words } from '../../words/setup.ts';
import { entryOf, sendMessage, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import { type OfficeForm, officeFormView, type TerminalForm, type Trial, terminalFormView } from './form-views.ts';
import {
  errorsOf,
  lockTyped,
  officeBody,
  officeTyped,
  officeWish,
  type TerminalBody,
  terminalBody,
  terminalTyped,
  typedTerminal,
} from './forms.ts';
import { addImportRoutes } from './import-routes.ts';
import { machinesView, officesView, removalView } from './list-views.ts';
import type { SetupPort } from './port.ts';
import { addRehearsal } from './rehearsal-routes.ts';
import { tryTyped } from './trial.ts';

/** What each of these routes is given. */
export interface SetupPages {
  readonly context: WebContext;
  readonly setup: SetupPort;
}

const outcomes: Readonly<Record<string, Bilingual>> = {
  tersimpan: words.saved,
  dihapus: words.removed,
  tetap: words.unchanged,
  impor: words.imported,
};
const query = z.object({
  opd: z.string().max(60).catch('').default(''),
  nama: z.string().max(100).catch('').default(''),
  selesai: z.string().max(20).catch('').default(''),
});
const needs = { config: { needs: 'setup.change' } } as const;
/** A test opens connections: not a tool to look through a network with. */
const needsSlowly = {
  config: { needs: 'setup.change', rateLimit: { max: 60, timeWindow: 60_000 } },
} as const;

/** Carries out wishes of whoever asks. */
export async function wish(
  { setup }: SetupPages,
  request: FastifyRequest,
  wishes: readonly SetupWish[],
  options: { readonly dryRun?: boolean } = {},
): Promise<SetupOutcome> {
  const { actorKind, actor, requestId } = entryOf(request, { action: 'setup.change' });
  const outcome = await changeSetup(setup.means, wishes, { actorKind, actor, requestId: requestId ?? null }, options);
  // Whoever looks next sees it, whatever became of the notice.
  if (options.dryRun !== true && outcome.faults.length === 0) await setup.plan.refresh();
  return outcome;
}

/** Where to go on after a change. */
function done(reply: FastifyReply, path: string, { outcomes: [outcome] }: SetupOutcome): FastifyReply {
  return reply.redirect(
    `${path}?selesai=${outcome === 'unchanged' ? 'tetap' : outcome === 'removed' ? 'dihapus' : 'tersimpan'}`,
    303,
  );
}

/**
 * Adds all pages of this area. Whoever is limited to one office does not find them: addresses and networks are matters of
 * the whole.
 */
export function addSetup(app: FastifyInstance, pages: SetupPages): void {
  void app.register(async (scope) => {
    scope.addHook('preHandler', async (request, reply) => {
      if (request.reader?.officeCode != null) return missing(request, reply, pages.context);
      return undefined;
    });
    addSetupRoutes(scope, pages);
    addRehearsal(scope, pages);
    await addImportRoutes(scope, pages);
  });
}

function addSetupRoutes(app: FastifyInstance, pages: SetupPages): void {
  const { context, setup } = pages;
  const { database, frames } = context;

  app.get('/pengaturan/opd', needs, async (request, reply) => {
    const { selesai } = query.parse(request.query);
    const managed = await readManaged(database.db);
    const frame = frameFor(request, reply, frames, '/pengaturan/opd');
    const codes = new Set(managed.offices.map(({ code }) => code));
    return sendPage(reply, officesView(frame, setup.plan.now(), codes, outcomes[selesai] ?? null));
  });

  app.get('/pengaturan/mesin', needs, async (request, reply) => {
    const { opd, selesai } = query.parse(request.query);
    const address = opd === '' ? '/pengaturan/mesin' : `/pengaturan/mesin?opd=${encodeURIComponent(opd)}`;
    const frame = frameFor(request, reply, frames, address);
    const office = setup.plan.office(opd) ?? null;
    if (opd !== '' && office === null) return missing(request, reply, context);
    return sendPage(reply, machinesView(frame, setup.plan.now(), office, outcomes[selesai] ?? null));
  });

  for (const kind of ['offices', 'machines'] as const) {
    const file = kind === 'offices' ? 'opd.csv' : 'mesin.csv';
    app.get(`/pengaturan/${file}`, needs, async (request, reply) => {
      const csv = exportCsv(kind, await readManaged(database.db));
      await writeAudit(database.db, entryOf(request, { action: 'setup.export', subject: kind }));
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="gerbang-${file}"`)
        .type('text/csv; charset=utf-8')
        .send(csv);
    });
  }
  addOfficeForms(app, pages);
  addTerminalForms(app, pages);
  addRemovals(app, pages);
}

function addOfficeForms(app: FastifyInstance, pages: SetupPages): void {
  const { context, setup } = pages;
  const { frames, database } = context;
  const general = setup.means.file.web.setupNetworks;
  const show = (request: FastifyRequest, reply: FastifyReply, view: Omit<OfficeForm, 'general'>): FastifyReply => {
    const address =
      view.code === null ? '/pengaturan/opd/baru' : `/pengaturan/opd/ubah?opd=${encodeURIComponent(view.code)}`;
    return sendPage(reply, officeFormView(frameFor(request, reply, frames, address), { ...view, general }));
  };

  app.get('/pengaturan/opd/baru', needs, async (request, reply) =>
    show(request, reply, { typed: officeTyped(null, []), errors: {}, code: null, inFile: false }),
  );
  app.post('/pengaturan/opd/baru', needs, async (request, reply) => {
    const typed = officeBody.parse(request.body ?? {});
    const wanted = officeWish(typed, null);
    const isTaken = setup.plan.now().byCode.has(typed.code.trim());
    const outcome = await wish(pages, request, [wanted], { dryRun: isTaken });
    const errors = errorsOf(outcome.faults, languageOf(request, frames));
    if (isTaken || outcome.faults.length > 0) {
      const taken = isTaken ? { code: officeTaken[languageOf(request, frames)] } : {};
      return show(request, reply.code(422), { typed, errors: { ...errors, ...taken }, code: null, inFile: false });
    }
    return done(reply, '/pengaturan/opd', outcome);
  });

  app.get('/pengaturan/opd/ubah', needs, async (request, reply) => {
    const { opd } = query.parse(request.query);
    const found = officeIn(await readManaged(database.db), setup, opd);
    if (found === null) return missing(request, reply, context);
    return show(request, reply, { ...found, errors: {}, code: opd });
  });
  app.post('/pengaturan/opd/ubah', needs, async (request, reply) => {
    const { opd } = query.parse(request.query);
    const found = officeIn(await readManaged(database.db), setup, opd);
    if (found === null) return missing(request, reply, context);
    const typed = officeBody.parse(request.body ?? {});
    const put = officeWish(typed, opd);
    const networks = put.do === 'put-office' ? (put.networks ?? []) : [];
    const outcome = await wish(pages, request, [
      found.inFile ? { do: 'put-networks', officeCode: opd, networks } : put,
    ]);
    if (outcome.faults.length === 0) return done(reply, '/pengaturan/opd', outcome);
    const errors = errorsOf(outcome.faults, languageOf(request, frames));
    const shown = found.inFile ? { ...found.typed, networks: typed.networks } : typed;
    return show(request, reply.code(422), { typed: shown, errors, code: opd, inFile: found.inFile });
  });
}

const officeTaken: Bilingual = { id: 'Kode OPD ini sudah dipakai.', en: 'This office code is in use already.' };
const placeTaken: Bilingual = {
  id: 'Nama mesin ini sudah dipakai di OPD yang sama.',
  en: 'This terminal name is in use already in the same office.',
};

function officeIn(managed: Managed, { plan }: SetupPort, code: string): Pick<OfficeForm, 'typed' | 'inFile'> | null {
  const networks = managed.networks.get(code) ?? [];
  const own = managed.offices.find((office) => office.code === code);
  if (own !== undefined) return { typed: officeTyped(own, networks), inFile: false };
  const office = plan.office(code);
  if (office === undefined) return null;
  return { typed: officeTyped({ ...office, settings: {} }, networks), inFile: true };
}

function addTerminalForms(app: FastifyInstance, pages: SetupPages): void {
  const { context, setup } = pages;
  const { frames, database } = context;
  const { keys } = setup.means;
  type View = Pick<TerminalForm, 'typed' | 'errors' | 'known'> & { readonly trial?: Trial | null };
  const show = (request: FastifyRequest, reply: FastifyReply, { trial = null, ...view }: View): FastifyReply => {
    const { known } = view;
    const address =
      known === null
        ? '/pengaturan/mesin/baru'
        : `/pengaturan/mesin/ubah?opd=${encodeURIComponent(known.officeCode)}&nama=${encodeURIComponent(known.name)}`;
    const { offices, networksOf } = setup.plan.now();
    const typed: TerminalBody = { ...view.typed, typedKey: lockTyped(view.typed, keys), commKey: '' };
    const networks = networksOf(known?.officeCode ?? typed.officeCode);
    return sendPage(
      reply,
      terminalFormView(frameFor(request, reply, frames, address), { ...view, typed, offices, networks, trial }),
    );
  };
  const savedIn = async (request: FastifyRequest) => {
    const { opd, nama } = query.parse(request.query);
    const { terminals } = await readManaged(database.db);
    return terminals.find(({ officeCode, name }) => officeCode === opd && name === nama) ?? null;
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply, isNew: boolean): Promise<FastifyReply> => {
    const saved = isNew ? null : await savedIn(request);
    if (!isNew && saved === null) return missing(request, reply, context);
    const typed = terminalBody.parse(request.body ?? {});
    const terminal = typedTerminal(typed, saved, keys);
    const known = saved === null ? null : { ...saved, hasKey: saved.sealedCommKey !== null };
    const lang = languageOf(request, frames);
    const { terminals = [] } = setup.plan.office(terminal.officeCode) ?? {};
    const isTaken = isNew && terminals.some(({ name }) => name === terminal.name);
    const isTest = typed.action === 'test';
    const outcome = await wish(pages, request, [{ do: 'put-terminal', terminal }], { dryRun: isTest || isTaken });
    const errors = { ...errorsOf(outcome.faults, lang), ...(isTaken ? { name: placeTaken[lang] } : {}) };
    if (Object.keys(errors).length > 0) return show(request, reply.code(422), { typed, errors, known });
    if (!isTest) return done(reply, '/pengaturan/mesin', outcome);
    const trial = await tryTyped(pages, request, terminal, saved, lang);
    return show(request, reply, { typed, errors: {}, known, trial });
  };

  app.get('/pengaturan/mesin/baru', needs, async (request, reply) => {
    const { opd } = query.parse(request.query);
    return show(request, reply, { typed: terminalTyped(null, opd), errors: {}, known: null });
  });
  app.post('/pengaturan/mesin/baru', needsSlowly, (request, reply) => answer(request, reply, true));
  app.get('/pengaturan/mesin/ubah', needs, async (request, reply) => {
    const saved = await savedIn(request);
    if (saved === null) return missing(request, reply, context);
    const known = { ...saved, hasKey: saved.sealedCommKey !== null };
    return show(request, reply, { typed: terminalTyped(saved, ''), errors: {}, known });
  });
  app.post('/pengaturan/mesin/ubah', needsSlowly, (request, reply) => answer(request, reply, false));
}

function addRemovals(app: FastifyInstance, pages: SetupPages): void {
  const { context, setup } = pages;
  const { frames } = context;
  const parts = [
    { path: '/pengaturan/opd', title: words.removeOffice, stays: words.staysOffice },
    { path: '/pengaturan/mesin', title: words.removeMachine, stays: words.staysMachine },
  ] as const;
  for (const { path, title, stays } of parts) {
    const show = (request: FastifyRequest, reply: FastifyReply, trouble: Bilingual | null): FastifyReply => {
      const { opd, nama } = query.parse(request.query);
      const isOffice = path === '/pengaturan/opd';
      if (setup.plan.office(opd) === undefined && trouble === null) return missing(request, reply, context);
      const search = `?opd=${encodeURIComponent(opd)}${isOffice ? '' : `&nama=${encodeURIComponent(nama)}`}`;
      const thing = isOffice ? opd : `${opd} / ${nama}`;
      const removal = { title, stays, thing, action: `${path}/hapus${search}`, back: path, trouble };
      return sendPage(reply, removalView(frameFor(request, reply, frames, `${path}/hapus${search}`), removal));
    };
    app.get(`${path}/hapus`, needs, async (request, reply) => show(request, reply, null));
    app.post(`${path}/hapus`, needs, async (request, reply) => {
      const { opd, nama } = query.parse(request.query);
      const wanted: SetupWish =
        path === '/pengaturan/opd'
          ? { do: 'remove-office', code: opd }
          : { do: 'remove-terminal', officeCode: opd, name: nama };
      const outcome = await wish(pages, request, [wanted]);
      const [fault] = outcome.faults;
      if (fault !== undefined) return show(request, reply.code(422), fault.text);
      return done(reply, path, outcome);
    });
  }
}

function missing(request: FastifyRequest, reply: FastifyReply, context: WebContext): FastifyReply {
  const gone = {
    title: { id: 'Tidak ditemukan', en: 'Not found' },
    text: { id: 'Tidak ada di pengaturan.', en: 'It is not in the setup.' },
  };
  return sendMessage(request, reply, context, { status: 404, ...gone });
}
