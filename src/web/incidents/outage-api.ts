/** `/api/v1/outage-windows`: when no machine of an office could take a punch. */
import { z } from 'zod';
import { seesOffice } from '../../accounts/permissions.ts';
import { noSuchOffice } from '../access/problems.ts';
import { dayParam, instantField, toldAt } from '../api/fields.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import type { WebContext } from '../context.ts';
import { isRange, mostDays, outageReport } from './outage-report.ts';
import { fleetOf } from './report-routes.ts';

const window = z.object({
  level: z.enum(['office', 'terminal']).meta({ description: '`office`: no machine of it worked.' }),
  office: z.string(),
  day: z.string().meta({ format: 'date' }),
  from: instantField(),
  to: instantField(),
  terminals: z.array(z.string()),
  certainty: z.enum(['known', 'open']).meta({ description: '`open`: the log behind it is not read yet.' }),
  codes: z.array(z.string()),
  incidents: z.array(z.int()),
});

/** The route. */
export function outageWindowsApi(context: WebContext): readonly AnyApiRoute[] {
  const { database, nowMs } = context;
  return [
    apiRoute({
      method: 'GET',
      path: '/outage-windows',
      needs: 'board.view',
      summary: 'When no machine of an office could take a punch, by day',
      description: `At most ${mostDays} days. A machine that was only out of reach, and whose punches came later, is not told. How it is worked out: docs/decisions/0014-incidents.md.`,
      tag: 'Incidents',
      query: z
        .strictObject({ from: dayParam(), to: dayParam(), office: z.string().max(40).optional() })
        .refine(({ from, to }) => isRange(from, to), `from must not be after to, at most ${mostDays} days`),
      answer: z.object({
        windows: z.array(window),
        isWhole: z.boolean().meta({ description: 'False: more than one answer tells; ask for less at once.' }),
      }),
      examples: [
        {
          query: { from: '2026-11-23', to: '2026-11-24' },
          answer: {
            isWhole: true,
            windows: [
              {
                level: 'office',
                office: 'camat',
                day: '2026-11-24',
                from: '2026-11-24T00:30:00.000Z',
                to: '2026-11-24T05:00:00.000Z',
                terminals: ['Depan'],
                certainty: 'known',
                codes: ['NET_UNREACHABLE'],
                incidents: [],
              },
            ],
          },
        },
      ],
      async handle({ query, reader, request }) {
        const { offices } = await fleetOf(context, request);
        const { office, from, to } = query;
        if (office !== undefined && (!seesOffice(reader, office) || offices.every(({ code }) => code !== office)))
          return refuse(noSuchOffice);
        const { lines, isWhole } = await outageReport(
          database,
          offices,
          office ?? reader.officeCode,
          { from, to },
          nowMs(),
        );
        return {
          isWhole,
          windows: lines.map(({ level, officeCode, day, fromMs, toMs, terminals, certainty, codes, incidents }) => ({
            level,
            office: officeCode,
            day,
            from: toldAt(fromMs),
            to: toldAt(toMs),
            terminals: [...terminals],
            certainty,
            codes: [...codes],
            incidents: [...incidents],
          })),
        };
      },
    }),
  ];
}
