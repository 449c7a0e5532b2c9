/** Trying a machine and the CSVs by the API: what the pages do, judged by the same rules. */
import { z } from 'zod';
import { exportCsv } from '../../setup/import.ts';
import { writeAudit } from '../../store/audit-log.ts';
import { readManaged } from '../../store/setup.ts';
import { type AnyApiRoute, apiRoute, refuse, sent } from '../api/route.ts';
import { entryOf } from '../context.ts';
import { fault, faultOf, shared, terminal } from './api.ts';
import { importLines } from './import-routes.ts';
import { type SetupPages, wish } from './routes.ts';
import { tryTyped } from './trial.ts';

const found = z.object({
  serial: z.string(),
  deviceName: z.string().nullable(),
  platform: z.string().nullable(),
  firmware: z.string().nullable(),
  transport: z.enum(['tcp', 'udp']),
  records: z.number().nullable(),
  recordCapacity: z.number().nullable(),
  users: z.number().nullable(),
  offset: z.object({ offsetMs: z.number(), boundMs: z.number() }).nullable(),
});
const tried = z.object({
  found: found.nullable(),
  otherSerial: z.boolean(),
  trouble: z.object({ what: z.string(), next: z.string() }).nullable(),
  faults: z.array(fault),
});

/** Routes beside `/setup/changes`. */
export function setupToolsApi(pages: SetupPages): readonly AnyApiRoute[] {
  return [testRoute(pages), importRoute(pages), exportRoute(pages, 'offices'), exportRoute(pages, 'machines')];
}

function testRoute(pages: SetupPages): AnyApiRoute {
  return apiRoute({
    ...shared,
    method: 'POST',
    path: '/setup/test-connection',
    mostPerMinute: 60,
    summary: 'Tries a machine that need not be saved; nothing is changed',
    description: 'Only addresses that could be saved are connected to: with `faults` nothing was. 60 a minute.',
    body: terminal,
    answer: tried,
    examples: [
      {
        body: { office: 'dinkes', name: 'Lobi', host: '10.20.1.9' },
        answer: {
          found: null,
          otherSerial: false,
          trouble: null,
          faults: [
            {
              office: 'dinkes',
              terminal: 'Lobi',
              field: 'office',
              reason: 'There is no office with this code. Add the office first.',
            },
          ],
        },
      },
    ],
    async handle({ body: { office: officeCode, commKey, ...rest }, request }) {
      const typed = { ...rest, officeCode, commKey: commKey === undefined ? ('keep' as const) : commKey };
      const nothing = { found: null, otherSerial: false, trouble: null };
      const { faults } = await wish(pages, request, [{ do: 'put-terminal', terminal: typed }], { dryRun: true });
      if (faults.length > 0) return { ...nothing, faults: faults.map(faultOf) };
      const { terminals } = await readManaged(pages.context.database.db);
      const saved = terminals.find((one) => one.officeCode === officeCode && one.name === rest.name) ?? null;
      const trial = await tryTyped(pages, request, typed, saved, 'en');
      if ('what' in trial) return { ...nothing, trouble: trial, faults: [] };
      return { found: trial.found, otherSerial: trial.otherSerial, trouble: null, faults: [] };
    },
  });
}

function importRoute(pages: SetupPages): AnyApiRoute {
  return apiRoute({
    ...shared,
    method: 'POST',
    path: '/setup/import',
    summary: 'A CSV of offices or machines: what it would change line by line, or the change',
    description: 'Without `apply` nothing is changed. All lines or none: one that is `refused` stops all.',
    body: z.strictObject({
      kind: z.enum(['offices', 'machines']),
      csv: z.string().min(1).max(60_000),
      apply: z.boolean().default(false),
    }),
    answer: z.object({
      applied: z.boolean(),
      lines: z.array(
        z.object({
          line: z.number(),
          office: z.string(),
          terminal: z.string().nullable(),
          effect: z.enum(['added', 'changed', 'unchanged', 'removed', 'refused']),
          reasons: z.array(z.string()),
        }),
      ),
    }),
    examples: [
      {
        body: { kind: 'offices', csv: 'kode,nama,zona_waktu\ndinkes,Dinas Kesehatan,Asia/Makassar\n' },
        answer: {
          applied: false,
          lines: [{ line: 2, office: 'dinkes', terminal: null, effect: 'added', reasons: [] }],
        },
      },
    ],
    async handle({ body, request }) {
      const done = await importLines(pages, request, body);
      if ('fault' in done)
        return refuse({ status: 422, type: 'bad-list', title: 'The list is not understood', detail: done.fault.en });
      const lines = done.lines.map(({ line, officeCode, terminalName, effect, reasons }) => ({
        line,
        office: officeCode,
        terminal: terminalName,
        effect,
        reasons: reasons.map(({ en }) => en),
      }));
      return { applied: body.apply && !done.isRefused, lines };
    },
  });
}

function exportRoute({ context }: SetupPages, kind: 'offices' | 'machines'): AnyApiRoute {
  return apiRoute({
    ...shared,
    method: 'GET',
    path: `/setup/${kind}.csv`,
    summary: `The ${kind} of the settings as a CSV that can be imported; no comm key`,
    produces: 'text/csv',
    answer: z.string(),
    examples: [{ answer: '' }],
    async handle({ request, reply }): Promise<typeof sent> {
      const csv = exportCsv(kind, await readManaged(context.database.db));
      await writeAudit(context.database.db, entryOf(request, { action: 'setup.export', subject: kind }));
      // Past the schema of the answer, which is for JSON.
      void reply.header('cache-control', 'no-store').type('text/csv; charset=utf-8').send(Buffer.from(csv));
      return sent;
    },
  });
}
