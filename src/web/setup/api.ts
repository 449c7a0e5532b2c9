/** Setting up by the API: what the pages do, all or nothing, with the same refusals. */
import { z } from 'zod';
import type { OfficeConfig } from '../../config.ts';
import { changeSetup, type SetupWish } from '../../setup/change.ts';
import { placeText, type SetupFault } from '../../setup/effective.ts';
import { readManaged } from '../../store/setup.ts';
import { type AnyApiRoute, apiRoute } from '../api/route.ts';
import { entryOf, type WebContext } from '../context.ts';
import type { SetupPort } from './port.ts';

const line = (most: number) => z.string().min(1).max(most);
const office = z.strictObject({
  code: line(40),
  name: line(120),
  timeZone: line(60).meta({ description: 'IANA zone: Asia/Jakarta, Asia/Makassar, Asia/Jayapura, …' }),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'Further fields of an office as gerbang.yaml has them; left out: their defaults.' }),
  networks: z.array(z.string().max(50)).max(50).optional(),
});
/** A terminal as it is sent. */
export const terminal = z.strictObject({
  office: line(40),
  name: line(60),
  host: line(253),
  port: z.int().min(1).max(65_535).default(4370),
  serial: z.string().max(40).nullable().default(null),
  driver: z.enum(['zk', 'node-zklib']).default('zk'),
  transport: z.enum(['tcp', 'udp', 'auto']).default('tcp'),
  quirks: z
    .array(z.enum(['acceptBadReplyChecksum', 'readDirectly', 'smallChunks', 'skipOperationLog']))
    .max(4)
    .default([]),
  commKey: z
    .string()
    .regex(/^\d{1,6}$/)
    .nullable()
    .optional()
    .meta({ description: 'Saved locked and never answered. Left out: what is saved stays; null: there is none.' }),
});
const change = z.strictObject({
  dryRun: z.boolean().default(false),
  putOffices: z.array(office).max(500).default([]),
  putNetworks: z
    .array(z.strictObject({ office: line(40), networks: z.array(z.string().max(50)).max(50) }))
    .max(500)
    .default([])
    .meta({ description: 'Of offices of gerbang.yaml too. Empty: the office follows the general networks.' }),
  putTerminals: z.array(terminal).max(2_000).default([]),
  removeTerminals: z
    .array(z.strictObject({ office: line(40), name: line(60) }))
    .max(2_000)
    .default([]),
  removeOffices: z.array(line(40)).max(500).default([]),
});
/** Why something cannot be. */
export const fault = z.object({
  office: z.string(),
  terminal: z.string().nullable(),
  field: z.string(),
  reason: z.string(),
});
const outcome = z.object({
  revision: z.number(),
  applied: z.boolean(),
  outcomes: z.array(z.enum(['added', 'changed', 'unchanged', 'removed'])),
  faults: z.array(fault),
});
const answer = z.object({
  revision: z.number(),
  offices: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      timeZone: z.string(),
      source: z.enum(['file', 'settings']),
      networks: z.array(z.string()).meta({ description: 'Those that count: its own, or the general ones.' }),
      ownNetworks: z.array(z.string()),
      settings: z.object({
        pollEverySeconds: z.number(),
        live: z.boolean(),
        relevantUntil: z.string(),
        rush: z.array(z.string()),
        searchRange: z.array(z.string()),
        clock: z.object({ set: z.boolean(), whenOffBySeconds: z.number(), quietHours: z.string() }),
      }),
      terminals: z.array(
        z.object({
          name: z.string(),
          host: z.string(),
          port: z.number(),
          serial: z.string().nullable(),
          driver: z.string(),
          transport: z.string(),
          quirks: z.array(z.string()),
          hasCommKey: z.boolean().meta({ description: 'The key itself is never told.' }),
          source: z.enum(['file', 'settings']),
        }),
      ),
    }),
  ),
});

const exampleOffice: z.output<typeof answer>['offices'][number] = {
  code: 'kominfo',
  name: 'Dinas Kominfo',
  timeZone: 'Asia/Makassar',
  source: 'file',
  networks: ['10.0.0.0/8'],
  ownNetworks: [],
  settings: {
    pollEverySeconds: 60,
    live: false,
    relevantUntil: '24:00',
    rush: ['06:45-08:15', '15:45-16:45'],
    searchRange: [],
    clock: { set: true, whenOffBySeconds: 10, quietHours: '00:00-05:00' },
  },
  terminals: [
    {
      name: 'Lobi',
      host: '10.10.1.21',
      port: 4370,
      serial: 'CKJ1',
      driver: 'zk',
      transport: 'tcp',
      quirks: [],
      hasCommKey: false,
      source: 'file',
    },
  ],
};

/** Addresses and networks are matters of the whole. */
export const shared = { needs: 'setup.change', allOffices: true, tag: 'Setup' } as const;

/** `GET` and `POST /api/v1/setup`. */
export function setupApi({ database }: WebContext, setup: SetupPort): readonly AnyApiRoute[] {
  return [
    apiRoute({
      ...shared,
      method: 'GET',
      path: '/setup',
      summary: 'Offices and terminals as they count now, and where each is from',
      answer,
      examples: [{ answer: { revision: 0, offices: [exampleOffice] } }],
      async handle() {
        const managed = await readManaged(database.db);
        const { offices, managedPlaces, networksOf } = setup.plan.now();
        const own = new Set(managed.offices.map(({ code }) => code));
        return {
          revision: managed.revision,
          offices: offices.map((office) =>
            toldOffice(office, {
              isOwn: own.has(office.code),
              networks: networksOf(office.code).map(({ text }) => text),
              ownNetworks: managed.networks.get(office.code) ?? [],
              managedPlaces,
            }),
          ),
        };
      },
    }),
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/setup/changes',
      summary: 'Adds, changes and removes offices and terminals: all of it or nothing',
      description:
        'With `dryRun` only what would happen is answered. `outcomes` follow the order putOffices, putNetworks, putTerminals, removeTerminals, removeOffices. With `faults` nothing was changed. Evidence is never deleted.',
      body: change,
      answer: outcome,
      examples: [
        {
          body: { dryRun: true, putOffices: [{ code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' }] },
          answer: { revision: 0, applied: false, outcomes: ['added'], faults: [] },
        },
      ],
      async handle({ body, request }) {
        const { actorKind, actor, requestId } = entryOf(request, { action: 'setup.change' });
        const by = { actorKind, actor, requestId: requestId ?? null };
        const done = await changeSetup(setup.means, wishesOf(body), by, { dryRun: body.dryRun });
        const applied = !body.dryRun && done.faults.length === 0;
        if (applied) await setup.plan.refresh();
        return { revision: done.revision, applied, outcomes: [...done.outcomes], faults: done.faults.map(faultOf) };
      },
    }),
  ];
}

function toldOffice(
  { code, name, timeZone, terminals, ...office }: OfficeConfig,
  from: {
    readonly isOwn: boolean;
    readonly networks: readonly string[];
    readonly ownNetworks: readonly string[];
    readonly managedPlaces: ReadonlySet<string>;
  },
): z.output<typeof answer>['offices'][number] {
  const { pollEverySeconds, live, relevantUntil, rush, searchRange, clock } = office;
  const { set, whenOffBySeconds, quietHours } = clock;
  return {
    ...{ code, name, timeZone, source: from.isOwn ? ('settings' as const) : ('file' as const) },
    networks: [...from.networks],
    ownNetworks: [...from.ownNetworks],
    settings: {
      ...{ pollEverySeconds, live, relevantUntil, rush: [...rush], searchRange: [...searchRange] },
      clock: { set, whenOffBySeconds, quietHours },
    },
    terminals: terminals.map(({ name: place, host, port, serial, driver, transport, quirks, commKey }) => ({
      ...{ name: place, host, port, serial: serial ?? null, driver, transport, quirks: [...quirks] },
      hasCommKey: commKey !== undefined,
      source: from.managedPlaces.has(placeText(code, place)) ? ('settings' as const) : ('file' as const),
    })),
  };
}

function wishesOf(body: z.output<typeof change>): readonly SetupWish[] {
  return [
    ...body.putOffices.map(
      ({ networks, ...rest }): SetupWish => ({
        do: 'put-office',
        office: rest,
        ...(networks === undefined ? {} : { networks }),
      }),
    ),
    ...body.putNetworks.map(
      ({ office: officeCode, networks }): SetupWish => ({ do: 'put-networks', officeCode, networks }),
    ),
    ...body.putTerminals.map(
      ({ office: officeCode, commKey, ...rest }): SetupWish => ({
        do: 'put-terminal',
        terminal: { ...rest, officeCode, commKey: commKey === undefined ? 'keep' : commKey },
      }),
    ),
    ...body.removeTerminals.map(
      ({ office: officeCode, name }): SetupWish => ({ do: 'remove-terminal', officeCode, name }),
    ),
    ...body.removeOffices.map((code): SetupWish => ({ do: 'remove-office', code })),
  ];
}

/** A fault as it is told. */
export function faultOf({ officeCode, terminalName, field, text }: SetupFault) {
  return { office: officeCode, terminal: terminalName, field, reason: text.en };
}
