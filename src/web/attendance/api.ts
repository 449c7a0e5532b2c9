/** `/api/v1/attendance`: what `/presensi` shows, for systems. */
import { z } from 'zod';
import { type AttendanceRow, type RowPlace, readAttendance } from '../../store/attendance-list.ts';
import { toldRow } from '../../store/told-row.ts';
import { dayParam } from '../api/fields.ts';
import { pageBy, pageOf, pageParams } from '../api/paging.ts';
import { noteRead } from '../api/reads.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { toldRowExample, toldRowSchema } from '../api/told-row.ts';
import { type ApiProblem, noSuch } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import { askedSchema, searchFor } from './search.ts';

const row = toldRowSchema.extend({
  personName: z.string().nullable(),
  nip: z.string().nullable().meta({ description: '18 digits; null for staff without one.' }),
});
const place = z.tuple([z.number(), z.string(), z.int(), z.int()]);

/** Adds punches for systems. A reader of one office sees those of that office only. */
export function attendanceApi(context: WebContext): readonly AnyApiRoute[] {
  const { database, nowMs } = context;
  return [
    apiRoute({
      method: 'GET',
      path: '/attendance',
      needs: 'attendance.view',
      summary: 'Punches with their persons, newest first',
      description:
        'Days are those of each office, in its own zone; at most 366 at once. A PIN needs its office or terminal. ' +
        'Ask `/completeness` for the same days: a count without it is half an answer.',
      tag: 'Attendance',
      query: z.strictObject({
        ...pageParams,
        from: dayParam(),
        to: dayParam(),
        office: z.string().min(1).max(40).optional(),
        terminal: z.string().min(1).max(40).optional().meta({ description: 'Serial number.' }),
        pin: z.string().min(1).max(24).optional(),
        person: z.string().min(1).max(60).optional().meta({ description: '`id` of `/people`.' }),
      }),
      answer: pageOf(row),
      examples: [
        {
          query: { from: '2026-03-02', to: '2026-03-02', office: 'kominfo', limit: '1' },
          answer: { items: [{ ...toldRowExample, personName: null, nip: null }], next: null },
        },
      ],
      async handle({ query, reader, request }) {
        const { from: dari, to: sampai, office: opd, terminal: mesin, pin, person: pegawai } = query;
        const asked = askedSchema.parse({ dari, sampai, opd, mesin, pin, pegawai });
        const search = await searchFor(database, reader, asked, nowMs());
        if (search.trouble !== null) return refuse(problemOf(search.trouble.en, opd, pegawai));
        const page = await pageBy(
          { query, request },
          {
            key: place,
            read: (key, limit) => readAttendance(database.db, search.query, { after: placeOf(key), limit }),
            told,
            keyOf: ({ occurredAtMs, serial, epoch, ordinal }) => [occurredAtMs, serial, epoch, ordinal],
          },
        );
        if ('items' in page) await noteRead(context, request, { action: 'attendance.read', rows: page.items.length });
        return page;
      },
    }),
  ];
}

function told(found: AttendanceRow): z.output<typeof row> {
  return { ...toldRow(found), personName: found.personName, nip: found.nip };
}

function placeOf(key: z.output<typeof place> | undefined): RowPlace | null {
  if (key === undefined) return null;
  const [occurredAtMs, serial, epoch, ordinal] = key;
  return { occurredAtMs, serial, epoch, ordinal };
}

/** What does not exist and what may not be seen are the same 404. */
function problemOf(detail: string, office: string | undefined, person: string | undefined): ApiProblem {
  if (detail.startsWith('There is no such office'))
    return noSuch('office', `${office === undefined ? '' : 'office: '}${detail}`);
  if (detail.startsWith('There is no such person'))
    return noSuch('person', `${person === undefined ? '' : 'person: '}${detail}`);
  return { status: 400, type: 'bad-query', title: 'The query is not understood', detail };
}
