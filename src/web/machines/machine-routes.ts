/** The pages of machines: the list, one machine, and what a person tells it to do. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Reader, seesOffice } from '../../accounts/permissions.ts';
import { pauseMachine, requestCommand, resumeMachine } from '../../store/machine-commands.ts';
import { machineWords } from '../../words/machines.ts';
import type { BoardSource } from '../board-source.ts';
import { type ClockPort, createTurns } from '../clock-desk.ts';
import { entryOf, type WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import { marksBySeverity } from '../mark.ts';
import { notFound, type PageSources } from '../page-routes.ts';
import { blankForm, type FormState, pauseHours } from './actions-view.ts';
import { machineAddress, machineListPage } from './list-view.ts';
import { machineAt, readMachineFacts, stripDays } from './machine-facts.ts';
import { keyOfListed, type ListFilter, listMachines } from './machine-list.ts';
import { type ClockPart, machinePage } from './machine-page.ts';
import { addressOfSerial } from './serial-address.ts';

const text = (max: number) => z.string().max(max).catch('').default('');
const listQuery = z.object({
  cari: text(80),
  opd: text(40),
  tanda: z.enum(marksBySeverity).nullable().catch(null).default(null),
  laporan: z.enum(['', 'ada']).catch('').default(''),
  setelah: text(200),
});
const orderBody = z.object({ perintah: z.enum(['probe', 'read', 'set-clock']) });
const pauseBody = z.object({
  lama: z.enum(pauseHours).catch('24'),
  alasan: z.string().trim().max(200).catch(''),
});
const hourMs = 3_600_000;
/** A page must not wait long for a chart. */
const chartWithinMs = 2_500;

interface PlaceParams {
  Params: { office: string; name: string };
}

/** @param clocks null where nothing works clocks out */
export function addMachineRoutes(
  app: FastifyInstance,
  context: WebContext,
  pages: PageSources,
  clocks: ClockPort | null,
): void {
  const { boards } = pages;
  const { database, nowMs } = context;
  const chartOf = chartsOf(clocks);

  app.get('/mesin', { config: { needs: 'board.view' } }, (request, reply) => sendList(request, reply, pages));

  app.get<{ Params: { serial: string } }>(
    '/mesin/seri/:serial',
    { config: { needs: 'board.view' } },
    async (request, reply) => {
      const address = await addressOfSerial(request, boards, request.params.serial);
      return address === null ? notFound(request, reply, pages) : reply.redirect(address, 303);
    },
  );

  const send = async (
    request: FastifyRequest<PlaceParams>,
    reply: FastifyReply,
    state: FormState = blankForm,
  ): Promise<FastifyReply> => {
    const place = await placeOf(request, boards);
    if (place === null) return notFound(request, reply, pages);
    const facts = await readMachineFacts(database, place, nowMs());
    const clock = await chartOf(place.machine.serial);
    const frame = frameFor(request, reply, pages, machineAddress(place.office.code, place.machine.name));
    return sendPage(reply, machinePage(frame, facts, clock, state, nowMs()));
  };
  app.get<PlaceParams>('/mesin/:office/:name', { config: { needs: 'board.view' } }, (request, reply) =>
    send(request, reply),
  );
  addActions(app, context, pages, send);
}

type Send = (request: FastifyRequest<PlaceParams>, reply: FastifyReply, state?: FormState) => Promise<FastifyReply>;

function addActions(app: FastifyInstance, context: WebContext, pages: PageSources, send: Send): void {
  const { database, nowMs } = context;
  const commanding = { config: { needs: 'machine.command' } } as const;

  app.post<PlaceParams>('/mesin/:office/:name/perintah', commanding, async (request, reply) => {
    const place = await placeOf(request, pages.boards);
    const parsed = orderBody.safeParse(request.body);
    if (place === null || !parsed.success) return notFound(request, reply, pages);
    const kind = parsed.data.perintah;
    await requestCommand(database.db, place.named, kind, place.by, entryOf(request, place.audit(kind)));
    return reply.redirect(place.address, 303);
  });

  app.post<PlaceParams>('/mesin/:office/:name/jeda', commanding, async (request, reply) => {
    const place = await placeOf(request, pages.boards);
    if (place === null) return notFound(request, reply, pages);
    const { lama, alasan } = pauseBody.parse(request.body ?? {});
    if (alasan === '') {
      const { lang } = frameFor(request, reply, pages).words;
      const errors = { alasan: machineWords.pauseReasonMissing[lang] };
      return send(request, reply.code(422), { errors, hours: lama, reason: alasan });
    }
    const untilMs = nowMs() + Number(lama) * hourMs;
    const pause = { untilMs, reason: alasan, by: place.by };
    await pauseMachine(database.db, place.named, pause, entryOf(request, place.audit('pause')));
    return reply.redirect(place.address, 303);
  });

  app.post<PlaceParams>('/mesin/:office/:name/lanjut', commanding, async (request, reply) => {
    const place = await placeOf(request, pages.boards);
    if (place === null) return notFound(request, reply, pages);
    await resumeMachine(database.db, place.named, place.by, entryOf(request, place.audit('resume')));
    return reply.redirect(place.address, 303);
  });
}

function sees(reader: Reader | null, officeCode: string): boolean {
  return reader !== null && seesOffice(reader, officeCode);
}

/** The machine an address names, if there is one and this reader may know of it. */
async function placeOf(request: FastifyRequest<PlaceParams>, boards: BoardSource) {
  const { office: code, name } = request.params;
  const view = await boards.latest();
  const found = view === null || !sees(request.reader, code) ? null : machineAt(view.board, code, name);
  if (found === null) return null;
  return {
    ...found,
    named: { officeCode: code, terminalName: name },
    address: machineAddress(code, name),
    by: request.reader?.actor ?? '',
    audit: (kind: string) => ({ action: `machine.${kind}`, subject: name, officeCode: code }),
  };
}

async function sendList(request: FastifyRequest, reply: FastifyReply, pages: PageSources): Promise<FastifyReply> {
  const { cari, opd, tanda, laporan, setelah } = listQuery.parse(request.query ?? {});
  const filter: ListFilter = {
    search: cari,
    officeCode: opd === '' ? null : opd,
    mark: tanda,
    reported: laporan === 'ada',
    after: setelah === '' ? null : setelah,
  };
  const view = await pages.boards.latest();
  const { reader } = request;
  const board = view?.board ?? { readAtMs: 0, offices: [], gatewayUpdatedMs: null };
  const { rows, total, more } =
    reader === null ? { rows: [], total: 0, more: false } : listMachines(board, reader, filter);
  const here = (after: string | null): string => {
    const query = new URLSearchParams();
    if (cari !== '') query.set('cari', cari);
    if (opd !== '') query.set('opd', opd);
    if (tanda !== null) query.set('tanda', tanda);
    if (laporan !== '') query.set('laporan', laporan);
    if (after !== null) query.set('setelah', after);
    return `/mesin${query.size === 0 ? '' : `?${query.toString()}`}`;
  };
  const last = rows.at(-1);
  const page = {
    ...{ rows, total, filter, nowMs: pages.nowMs() },
    older: more && last !== undefined ? here(keyOfListed(last)) : null,
    first: filter.after === null ? null : here(null),
    offices: board.offices.filter(({ code }) => sees(reader, code)),
  };
  return sendPage(reply, machineListPage(frameFor(request, reply, pages, here(filter.after)), page));
}

/** The chart of a clock, if it is there soon. One at a time: working it out takes processor time others need. */
function chartsOf(clocks: ClockPort | null): (serial: string | null) => Promise<ClockPart> {
  const oneByOne = createTurns();
  return async (serial) => {
    if (clocks === null || serial === null) return null;
    const turn = oneByOne(() => clocks.clock(serial, stripDays));
    if (turn === null) return 'busy';
    turn.catch(() => undefined);
    const late = new Promise<'busy'>((resolve) => setTimeout(() => resolve('busy'), chartWithinMs).unref());
    return Promise.race([turn, late]);
  };
}
