/** `/api/v1/machines…` and `/api/v1/outages`: everything the pages of machines show and do. */
import { z } from 'zod';
import { type Reader, seesOffice } from '../../accounts/permissions.ts';
import { incidentKinds, incidentStates } from '../../incident/steps.ts';
import { type MachineCommand, pauseMachine, requestCommand, resumeMachine } from '../../store/machine-commands.ts';
import { mostOutages, type Outage, readOutages } from '../../store/outages.ts';
import { toldInstant } from '../../store/told-row.ts';
import { officesSeen } from '../access/offices.ts';
import { instantField, officesParam, toldAt } from '../api/fields.ts';
import { pageBy, pageOf, pageParams } from '../api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { type ApiProblem, noSuch } from '../api-problem.ts';
import type { BoardSource } from '../board-source.ts';
import { entryOf, type WebContext } from '../context.ts';
import { marksBySeverity } from '../mark.ts';
import { type MachineFacts, machineAt, readMachineFacts } from './machine-facts.ts';
import { keyOfListed, type ListedMachine, listMachines } from './machine-list.ts';

const tag = 'Machines';
const dayMs = 86_400_000;
const params = z.object({ office: z.string().max(40), name: z.string().max(100) });
const machine = z.object({
  office: z.string(),
  name: z.string(),
  serial: z.string().nullable(),
  address: z.string(),
  mark: z.enum(marksBySeverity).meta({ description: 'How it stands, as on the board.' }),
  errorCode: z.string().nullable(),
  failingSince: instantField().nullable(),
  lastReadAt: instantField().nullable(),
  offsetMs: z.number().nullable(),
  records: z.int().nullable(),
  recordCapacity: z.int().nullable(),
  pausedUntil: instantField().nullable(),
  openReports: z
    .array(
      z.object({
        number: z.int(),
        kind: z.enum(incidentKinds),
        state: z.enum(incidentStates),
        since: instantField(),
      }),
    )
    .meta({ description: 'Of this place, the oldest first; `/api/v1/incidents/{number}` tells the rest.' }),
});
const outage = z.object({
  kind: z.enum(['terminal', 'gateway-away']),
  office: z.string(),
  machine: z.string().nullable(),
  serial: z.string().nullable(),
  from: instantField().meta({ description: 'When it is last known to have worked.' }),
  failedAt: instantField().meta({ description: 'The first try that failed: from here on it is certain.' }),
  until: instantField().nullable().meta({ description: 'Null while it lasts.' }),
  endedHow: z.enum(['read', 'paused', 'removed']).nullable(),
  firstErrorCode: z.string().nullable(),
  lastErrorCode: z.string().nullable(),
});
const command = z.object({
  id: z.string(),
  kind: z.enum(['probe', 'read', 'set-clock', 'pause', 'resume']),
  requestedBy: z.string(),
  requestedAt: instantField(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  doneAt: instantField().nullable(),
  result: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  errorCode: z.string().nullable(),
});
const whole = machine.extend({
  perDay: z.number().nullable().meta({ description: 'Punches a day, from the last fourteen days.' }),
  daysToFull: z.int().nullable(),
  outages: z.array(outage),
  commands: z.array(command),
});

/** The routes. */
export function machineApi(context: WebContext, boards: BoardSource): readonly AnyApiRoute[] {
  return [...readingRoutes(context, boards), outagesRoute(context), ...commandRoutes(context, boards)];
}

function readingRoutes({ database, nowMs }: WebContext, boards: BoardSource): readonly AnyApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/machines',
      needs: 'board.view',
      summary: 'Machines, those that need attention first',
      tag,
      query: z.strictObject({
        ...pageParams,
        office: z.string().max(40).optional(),
        mark: z.enum(marksBySeverity).optional(),
        search: z.string().max(80).optional(),
        reported: z.enum(['true']).optional().meta({ description: 'Only machines with an open report.' }),
      }),
      answer: pageOf(machine),
      examples: [{ query: { limit: '1' }, answer: { items: [exampleMachine], next: null } }],
      async handle(call) {
        const { search = '', office = null, mark = null, reported } = call.query;
        const board = await boardOf(boards);
        return pageBy(call, {
          key: z.tuple([z.string()]),
          read: (after, limit) => {
            const filter = {
              search,
              officeCode: office,
              mark,
              reported: reported === 'true',
              after: after?.[0] ?? null,
            };
            return listMachines(board, call.reader, filter, limit).rows;
          },
          told: toldListed,
          keyOf: (row) => [keyOfListed(row)],
        });
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/machines/:office/:name',
      needs: 'board.view',
      summary: 'One machine: how it stands, its outages of 30 days, its last commands',
      tag,
      params,
      answer: whole,
      examples: [
        {
          params: { office: 'kominfo', name: 'Lobi' },
          answer: { ...reportedMachine, perDay: 41.5, daysToFull: 2_290, outages: [], commands: [exampleCommand] },
        },
      ],
      async handle({ params: asked, reader }) {
        const found = await placeOf(boards, reader, asked);
        if (found === null) return refuse(noSuchMachine);
        return toldWhole(await readMachineFacts(database, found, nowMs()));
      },
    }),
  ];
}

function outagesRoute({ database }: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/outages',
    needs: 'board.view',
    summary: 'When machines could not be read, and when no gateway was there',
    description: `Those that touch \`from ≤ instant < to\`, newest first, at most 92 days and ${mostOutages} rows.`,
    tag,
    query: z
      .strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), office: officesParam().optional() })
      .refine(
        ({ from, to }) => Date.parse(from) < Date.parse(to) && Date.parse(to) - Date.parse(from) <= 92 * dayMs,
        'from must be before to, by 92 days at most',
      ),
    answer: z.object({ outages: z.array(outage) }),
    examples: [
      {
        query: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
        answer: {
          outages: [
            {
              ...{ kind: 'terminal', office: 'kominfo', machine: 'Lobi', serial: 'CKJ1' },
              from: '2026-03-02T01:00:00.000Z',
              failedAt: '2026-03-02T01:01:00.000Z',
              until: null,
              endedHow: null,
              firstErrorCode: 'NET_CONNECT_TIMEOUT',
              lastErrorCode: 'NET_CONNECT_TIMEOUT',
            },
          ],
        },
      },
    ],
    async handle({ query: { from, to, office }, reader }) {
      const seen = officesSeen(reader, office);
      if (seen === null) return refuse(noSuchMachine);
      const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
      const [only] = seen?.length === 1 ? seen : [];
      const rows = await readOutages(database.db, range, { officeCode: only ?? null });
      return { outages: rows.filter(({ officeCode }) => seen?.includes(officeCode) ?? true).map(toldOutage) };
    },
  });
}

function commandRoutes({ database, nowMs }: WebContext, boards: BoardSource): readonly AnyApiRoute[] {
  const shared = { needs: 'machine.command', tag, params } as const;
  const place = { office: 'kominfo', name: 'Lobi' };
  return [
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/machines/:office/:name/commands',
      summary: 'Tell a machine to be probed, read whole, or have its clock set',
      description: 'Done by the gateway that polls the office; ask for the machine to see what came of it.',
      body: z.strictObject({ kind: z.enum(['probe', 'read', 'set-clock']) }),
      answer: z.object({ id: z.string() }),
      status: 202,
      examples: [{ params: place, body: { kind: 'read' }, answer: { id: '6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10' } }],
      async handle({ params: asked, body: { kind }, reader, request }) {
        const found = await placeOf(boards, reader, asked);
        if (found === null) return refuse(noSuchMachine);
        const audit = entryOf(request, auditOf(kind, asked));
        return { id: await requestCommand(database.db, namedOf(asked), kind, reader.actor, audit) };
      },
    }),
    apiRoute({
      ...shared,
      method: 'PUT',
      path: '/machines/:office/:name/pause',
      summary: 'Let a machine rest: it is not polled and does not count as out',
      body: z.strictObject({
        until: z.iso.datetime().meta({ description: 'At most 30 days from now.' }),
        reason: z.string().trim().min(1).max(200),
      }),
      answer: z.undefined(),
      status: 204,
      examples: [{ params: place, body: { until: '2026-03-09T00:00:00Z', reason: 'ruang dicat' }, answer: undefined }],
      async handle({ params: asked, body, reader, request }) {
        const found = await placeOf(boards, reader, asked);
        if (found === null) return refuse(noSuchMachine);
        const untilMs = Date.parse(body.until);
        if (untilMs <= nowMs() || untilMs > nowMs() + 30 * dayMs) return refuse(badPause);
        const pause = { untilMs, reason: body.reason, by: reader.actor };
        await pauseMachine(database.db, namedOf(asked), pause, entryOf(request, auditOf('pause', asked)));
        return undefined;
      },
    }),
    apiRoute({
      ...shared,
      method: 'DELETE',
      path: '/machines/:office/:name/pause',
      summary: 'End the rest of a machine',
      answer: z.undefined(),
      status: 204,
      examples: [{ params: place, answer: undefined }],
      async handle({ params: asked, reader, request }) {
        const found = await placeOf(boards, reader, asked);
        if (found === null) return refuse(noSuchMachine);
        await resumeMachine(database.db, namedOf(asked), reader.actor, entryOf(request, auditOf('resume', asked)));
        return undefined;
      },
    }),
  ];
}

type Asked = z.output<typeof params>;

const namedOf = ({ office, name }: Asked) => ({ officeCode: office, terminalName: name });
const auditOf = (kind: string, { office, name }: Asked) => ({
  action: `machine.${kind}`,
  subject: name,
  officeCode: office,
});

async function boardOf(boards: BoardSource) {
  return (await boards.latest())?.board ?? { readAtMs: 0, offices: [], gatewayUpdatedMs: null };
}

async function placeOf(boards: BoardSource, reader: Reader, { office, name }: Asked) {
  return seesOffice(reader, office) ? machineAt(await boardOf(boards), office, name) : null;
}

function toldListed({ office, machine: shown }: ListedMachine): z.output<typeof machine> {
  const { name, serial, address, mark, errorCode, offsetMs, records, recordCapacity } = shown;
  return {
    ...{ office: office.code, name, serial, address, mark, errorCode, offsetMs, records, recordCapacity },
    failingSince: toldInstant(shown.failingSinceMs),
    lastReadAt: toldInstant(shown.lastReadMs),
    pausedUntil: toldInstant(shown.pausedUntilMs),
    openReports: shown.reports.map(({ sinceMs, ...report }) => ({ ...report, since: toldAt(sinceMs) })),
  };
}

function toldWhole(found: MachineFacts): z.output<typeof whole> {
  const { perDay, daysToFull, outages, commands } = found;
  return {
    ...toldListed(found),
    perDay,
    daysToFull,
    outages: outages.map(toldOutage),
    commands: commands.map(toldCommand),
  };
}

function toldOutage(found: Outage): z.output<typeof outage> {
  const { kind, serial, endedHow, firstErrorCode, lastErrorCode } = found;
  return {
    ...{ kind, office: found.officeCode, machine: found.terminalName, serial, endedHow, firstErrorCode, lastErrorCode },
    from: toldAt(found.fromMs),
    failedAt: toldAt(found.failedAtMs),
    until: toldInstant(found.untilMs),
  };
}

function toldCommand(found: MachineCommand): z.output<typeof command> {
  const { kind, requestedBy, state, result, errorCode } = found;
  return {
    ...{ id: found.commandId, kind, requestedBy, state, result, errorCode },
    requestedAt: toldAt(found.requestedMs),
    doneAt: toldInstant(found.doneMs),
  };
}

const noSuchMachine = noSuch(
  'machine',
  'Ask for machines by the code of their office and their name, as GET /api/v1/machines tells them.',
);
const badPause: ApiProblem = {
  status: 422,
  type: 'bad-pause',
  title: 'A machine cannot rest until then',
  detail: 'Give "until" as an instant after now and at most 30 days ahead.',
};

const exampleMachine: z.output<typeof machine> = {
  office: 'kominfo',
  name: 'Lobi',
  serial: 'CKJ1',
  address: '10.10.1.21:4370',
  mark: 'ok',
  errorCode: null,
  failingSince: null,
  lastReadAt: '2026-03-02T01:02:03.000Z',
  offsetMs: 120,
  records: 4_812,
  recordCapacity: 100_000,
  pausedUntil: null,
  openReports: [],
};
const reportedMachine: z.output<typeof machine> = {
  ...exampleMachine,
  mark: 'reported',
  openReports: [{ number: 7, kind: 'broken', state: 'acknowledged', since: '2026-03-01T23:30:00.000Z' }],
};
const exampleCommand = {
  id: '6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10',
  kind: 'read',
  requestedBy: 'rina',
  requestedAt: '2026-03-02T01:00:00.000Z',
  state: 'done',
  doneAt: '2026-03-02T01:00:04.000Z',
  result: { records: 4_812, newRecords: 14, newLog: false },
  errorCode: null,
} as const;
