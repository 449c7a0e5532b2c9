/** `/api/v1/outage-windows`: when no machine of an office could take a punch. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { noSuchOffice } from '../access/problems.ts';
import { dayParam, instantField, toldAt } from '../api/fields.ts';
import { type AnyApiRoute, apiRoute, refuse, sent } from '../api/route.ts';
import { exportTypes } from '../attendance/export-routes.ts';
import type { WebContext } from '../context.ts';
import { isRange, mostDays, type OutageReport, outageReport } from './outage-report.ts';
import { type OutageFormat, sendOutages } from './outage-routes.ts';
import { fleetOf } from './report-routes.ts';

const window = z.object({
  level: z.enum(['office', 'terminal']).meta({ description: '`office`: no machine of it worked.' }),
  office: z.string(),
  day: z.string().meta({ format: 'date' }),
  from: instantField(),
  to: instantField(),
  terminals: z.array(z.string()),
  cause: z.enum(['down', 'gateway-away', 'paused']).meta({
    description:
      '`down`: looked at, and it did not work. Otherwise nobody looked: no gateway was there, or a person let it rest.',
  }),
  certainty: z.enum(['known', 'open', 'unknown']).meta({
    description:
      '`open`: the log behind it is not read yet. `unknown`: whether it worked cannot be told; exempt nobody by it alone.',
  }),
  codes: z.array(z.string()),
  reasons: z.array(z.string()).meta({ description: 'Why it rested, in the words of whoever paused it.' }),
  incidents: z.array(z.int()),
});

const asked = { from: dayParam(), to: dayParam(), office: z.string().max(40).optional() };
type Asked = z.output<z.ZodObject<typeof asked>>;
const range = <Query extends z.ZodType<Pick<Asked, 'from' | 'to'>>>(query: Query) =>
  query.refine(({ from, to }) => isRange(from, to), `from must not be after to, at most ${mostDays} days`);

/** The routes. */
export function outageWindowsApi(context: WebContext): readonly AnyApiRoute[] {
  return [
    fileRoute(context, 'csv'),
    fileRoute(context, 'xlsx'),
    apiRoute({
      method: 'GET',
      path: '/outage-windows',
      needs: 'board.view',
      summary: 'When no machine of an office could take a punch, by day',
      description: `At most ${mostDays} days. A machine that was only out of reach, and whose punches came later, is not told. Times in which nobody looked are told as such: compare cause. How it is worked out: docs/decisions/0014-incidents.md.`,
      tag: 'Incidents',
      query: range(z.strictObject(asked)),
      answer: z.object({
        windows: z.array(window),
        isWhole: z.boolean().meta({ description: 'False: more than one answer tells; ask for less at once.' }),
      }),
      examples: [
        {
          query: { from: '2026-02-28', to: '2026-03-01' },
          answer: {
            isWhole: true,
            windows: [
              {
                level: 'office',
                office: 'camat',
                day: '2026-03-01',
                from: '2026-03-01T00:30:00.000Z',
                to: '2026-03-01T05:00:00.000Z',
                terminals: ['Depan'],
                cause: 'down',
                certainty: 'known',
                codes: ['NET_UNREACHABLE'],
                reasons: [],
                incidents: [],
              },
            ],
          },
        },
      ],
      async handle({ query, request }) {
        const report = await reportFor(context, request, query);
        if (report === null) return refuse(noSuchOffice);
        const { lines, isWhole } = report;
        return {
          isWhole,
          windows: lines.map(({ level, officeCode, day, fromMs, toMs, cause, certainty, ...line }) => ({
            level,
            office: officeCode,
            day,
            from: toldAt(fromMs),
            to: toldAt(toMs),
            terminals: [...line.terminals],
            cause,
            certainty,
            codes: [...line.codes],
            reasons: [...line.reasons],
            incidents: [...line.incidents],
          })),
        };
      },
    }),
  ];
}

function fileRoute(context: WebContext, kind: OutageFormat): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: `/outage-windows.${kind}`,
    needs: 'board.view',
    summary: `The same as ${kind.toUpperCase()}, in words and times of the office`,
    tag: 'Incidents',
    query: range(z.strictObject({ ...asked, language: z.enum(['id', 'en']).optional() })),
    produces: exportTypes[kind],
    answer: z.string(),
    examples: [{ query: { from: '2026-02-28', to: '2026-03-01' }, answer: '' }],
    async handle({ query, reader, request, reply }) {
      const report = await reportFor(context, request, query);
      if (report === null) return refuse(noSuchOffice);
      const { from, to, office, language: lang = context.frames.language } = query;
      const file = { kind, lang, officeCode: office ?? reader.officeCode, days: { from, to }, report };
      await sendOutages(context, { request, reply }, file);
      return sent;
    },
  });
}

/** Null for an office that is not there, or not for whoever asks. */
async function reportFor(
  context: WebContext,
  request: FastifyRequest,
  { office, from, to }: Asked,
): Promise<OutageReport | null> {
  const { database, nowMs } = context;
  const { offices } = await fleetOf(context, request);
  const isSeen = office === undefined || offices.some(({ code }) => code === office);
  const officeCode = office ?? request.reader?.officeCode ?? null;
  return isSeen ? outageReport(database, offices, officeCode, { from, to }, nowMs()) : null;
}
