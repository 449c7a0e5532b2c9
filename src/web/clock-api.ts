/** `/api/v1/clocks` and the explanation of a punch: the figures behind the pages of clocks. */
import { z } from 'zod';
import { may, seesOffice } from '../accounts/permissions.ts';
import type { ChartStep } from '../explain/clock-chart.ts';
import { alarmsOf, type Explanation, type OtherAnswer } from '../explain/facts.ts';
import { punchSheet } from '../explain/punch-sheet.ts';
import type { Block, Sheet } from '../explain/sheet.ts';
import type { TerminalClock } from '../explain/terminal-clock.ts';
import { toldInstant } from '../store/told-row.ts';
import { toldAt } from './api/fields.ts';
import { pageOf, pageOfAll, pageParams } from './api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from './api/route.ts';
import { type ApiProblem, noSuch } from './api-problem.ts';
import { clockExample, drawnExample, explanationExample } from './clock-api-examples.ts';
import { clock, drawn, explanation, standings } from './clock-api-schema.ts';
import type { ClockDesk, DrawnClock } from './clock-desk.ts';
import { noteExplanation } from './clock-routes.ts';
import type { WebContext } from './context.ts';

/** Working a clock out costs what a hundred other answers cost. */
const mostPerMinute = 120;
const tag = 'Clocks';
const busy: ApiProblem = {
  status: 503,
  type: 'busy',
  title: 'Many clocks are being worked out',
  detail: 'One at a time is, and some wait already. Ask again in a few seconds.',
  retryAfterSeconds: 5,
};
const noSuchClock = noSuch('clock', 'Ask for clocks by the serial number of their terminal.');
const noSuchPunch = noSuch('punch', 'Ask for punches by the `id` that rows of attendance have.');

/** The routes. */
export function clockApi(context: WebContext, desk: ClockDesk): readonly AnyApiRoute[] {
  return [fleetRoute(desk), clockRoute(desk), explainRoute(context, desk)];
}

function fleetRoute(desk: ClockDesk): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/clocks',
    needs: 'board.view',
    summary: 'The clocks of all terminals, by serial number',
    description:
      '`standing` says which needs a person first. Offsets are clock minus the time of the office. Worked out at most once a minute.',
    tag,
    mostPerMinute,
    query: z.strictObject({
      ...pageParams,
      office: z.string().max(40).optional(),
      standing: z.enum(standings).optional(),
    }),
    answer: pageOf(clock),
    examples: [{ query: { limit: '1' }, answer: { items: [clockExample], next: null } }],
    async handle(call) {
      const turn = desk.fleet();
      if (turn === null) return refuse(busy);
      const { office, standing } = call.query;
      const found = (await turn).filter(
        (one) =>
          seesOffice(call.reader, one.officeCode) &&
          (office ?? one.officeCode) === one.officeCode &&
          (standing ?? one.standing) === one.standing,
      );
      return pageOfAll(call, found, toldClock, ({ serial }) => serial);
    },
  });
}

function clockRoute(desk: ClockDesk): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/clocks/:serial',
    needs: 'board.view',
    summary:
      'One clock over 7, 30 or 90 days: what is proven of it, its changes, and what is uncertain because of them',
    tag,
    mostPerMinute,
    params: z.strictObject({ serial: z.string().min(1).max(40) }),
    query: z.strictObject({ days: z.enum(['7', '30', '90']).default('7') }),
    answer: drawn,
    examples: [{ params: { serial: 'CKJ1' }, query: { days: '7' }, answer: drawnExample }],
    async handle({ params, query, reader }) {
      const turn = desk.clock(params.serial, Number(query.days));
      if (turn === null) return refuse(busy);
      const found = await turn;
      return found === null || !seesOffice(reader, found.clock.officeCode) ? refuse(noSuchClock) : toldDrawn(found);
    },
  });
}

function explainRoute(context: WebContext, desk: ClockDesk): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/punches/:id/explanation',
    needs: 'board.view',
    summary: 'How the instant of one punch came about, down to the bytes it rests on',
    description:
      '`sheet` is what a hearing reads, in both languages. PIN and bytes are told with `attendance.view` only. Each look is in the audit log.',
    tag,
    mostPerMinute,
    params: z.strictObject({ id: z.string().min(1).max(80) }),
    answer: explanation,
    keep: 'nothing',
    examples: [{ params: { id: 'CKJ1-1-0' }, answer: explanationExample }],
    async handle({ params, reader, request }) {
      const turn = desk.explain(params.id);
      if (turn === null) return refuse(busy);
      const found = await noteExplanation(context, request, await turn);
      return found === null ? refuse(noSuchPunch) : toldExplanation(found, !may(reader, 'attendance.view'));
    },
  });
}

function toldClock(found: TerminalClock): z.output<typeof clock> {
  const { serial, terminalName, officeCode, standing, offsetMs, boundMs, ppm, lastStep, contradictions } = found;
  return {
    ...{ serial, terminalName, office: officeCode, standing, offsetMs, boundMs, ppm, contradictions },
    lastLookAt: toldInstant(found.lastLookMs),
    lastSetAt: toldInstant(found.lastSetMs),
    lastStep:
      lastStep === null
        ? null
        : {
            kind: lastStep.kind,
            from: toldInstant(lastStep.earliestMs),
            until: toldInstant(lastStep.latestMs),
            byMs: boundsOf(lastStep.byMs),
          },
    notices: found.notices.map(({ kind, times, fromMs, untilMs, size, records }) => ({
      ...{ kind, times, size, records },
      from: toldInstant(fromMs),
      until: toldInstant(untilMs),
    })),
  };
}

function toldDrawn({ clock: shown, chart, bins, punches, uncertain }: DrawnClock): z.output<typeof drawn> {
  return {
    ...toldClock(shown),
    from: toldAt(chart.fromMs),
    until: toldAt(chart.untilMs),
    bands: chart.bands.map(({ kind, points }) => ({
      kind,
      points: points.map(({ atMs, lowMs, highMs }) => ({
        at: toldAt(atMs),
        lowMs: finite(lowMs),
        highMs: finite(highMs),
      })),
    })),
    outside: chart.outside,
    steps: chart.steps.map(({ kind, fromMs, untilMs, byMs }) => ({
      kind,
      from: toldInstant(fromMs),
      until: toldInstant(untilMs),
      byMs: boundsOf(byMs),
    })),
    setAt: chart.setsMs.map(toldAt),
    days: chart.days.map(({ lowMs, highMs, ...day }) => ({ ...day, lowMs: finite(lowMs), highMs: finite(highMs) })),
    bins,
    punches: punches.map((bin) => ({ ...bin })),
    uncertain: uncertain.map(({ punchId, occurredAtMs, status }) => ({
      id: punchId,
      occurredAt: toldInstant(occurredAtMs),
      timeStatus: status,
    })),
  };
}

/** JSON has no infinity. */
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

function boundsOf(byMs: ChartStep['byMs']) {
  return byMs === null ? null : { low: finite(byMs.earliestMs), high: finite(byMs.latestMs) };
}

/** @param hidePerson leaves out the PIN and the bytes that hold it */
function toldExplanation(found: Explanation, hidePerson: boolean): z.output<typeof explanation> {
  const { written, stored, rebuilt, batch } = found;
  const { occurredAtMs, earliestMs, latestMs, status, revision, suspect, afterClose } = stored;
  return {
    id: found.punchId,
    terminal: found.serial,
    terminalName: found.terminalName,
    office: found.office.code,
    epoch: found.epoch,
    ordinal: found.ordinal,
    written: {
      pin: hidePerson ? null : written.pin,
      bytes: hidePerson ? null : written.rawHex,
      verifyMode: written.verifyMode,
      punchState: written.punchState,
      workCode: written.workCode,
      source: written.source,
    },
    answer: {
      occurredAt: toldInstant(occurredAtMs),
      earliest: toldInstant(earliestMs),
      latest: toldInstant(latestMs),
      ...{ timeStatus: status, revision, suspect, afterClose },
    },
    absentAt: toldInstant(found.absentAtMs),
    presentAt: toldAt(found.presentAtMs),
    batch: batch === null ? null : { seq: batch.seq, storedAt: toldAt(batch.storedAtMs), head: batch.headHex },
    model: {
      from: rebuilt.from,
      version: rebuilt.modelVersion,
      builtAt: toldInstant(rebuilt.builtAtMs),
      codeVersion: rebuilt.codeVersion,
      storedCodeVersion: rebuilt.storedCodeVersion,
      digest: rebuilt.digest,
      storedDigest: rebuilt.storedDigest,
    },
    alarms: alarmsOf(found),
    formerAnswers: found.formerAnswers.map(toldAnswer),
    adjustments: found.adjustments.map(toldAnswer),
    sheet: {
      id: toldSheet(punchSheet(found, { lang: 'id', hidePerson })),
      en: toldSheet(punchSheet(found, { lang: 'en', hidePerson })),
    },
  };
}

function toldAnswer({ occurredAtMs, earliestMs, latestMs, status, revision, modelVersion, atMs, why }: OtherAnswer) {
  return {
    occurredAt: toldInstant(occurredAtMs),
    earliest: toldInstant(earliestMs),
    latest: toldInstant(latestMs),
    timeStatus: status,
    ...{ revision, modelVersion, why },
    at: toldAt(atMs),
  };
}

function toldSheet({ title, subject, alarms, lead, sections, foot }: Sheet) {
  return {
    ...{ title, subject, foot, lead: { ...lead } },
    alarms: [...alarms],
    sections: sections.map(({ heading, blocks }) => ({ heading, blocks: blocks.map(toldBlock) })),
  };
}

function toldBlock(block: Block) {
  switch (block.kind) {
    case 'facts':
      return { kind: block.kind, rows: block.rows.map(([name, value]) => ({ name, value })) };
    case 'table':
      return { ...block, head: [...block.head], rows: block.rows.map((row) => [...row]) };
    case 'sums':
      return { ...block, lines: block.lines.map((line) => ({ ...line })) };
    case 'list':
      return { ...block, items: [...block.items] };
    default:
      return { ...block };
  }
}
