/** `/api/v1/attendance`: what `/presensi` shows, for systems. */
import { z } from 'zod';
import type { Reader } from '../../accounts/permissions.ts';
import {
  type AttendanceRow,
  type RowPlace,
  readAttendance,
  readAttendanceCounted,
  sumCompleteness,
} from '../../store/attendance-list.ts';
import { toldRow } from '../../store/told-row.ts';
import { dayParam, instantField, toldAt } from '../api/fields.ts';
import { pageBy, pageOf, pageParams } from '../api/paging.ts';
import { noteRead } from '../api/reads.ts';
import { type AnyApiRoute, apiRoute, refuse, sent } from '../api/route.ts';
import { toldRowExample, toldRowSchema } from '../api/told-row.ts';
import { type ApiProblem, noSuch } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import { pageOfPeople } from '../people/paging.ts';
import { maxExportRows } from './export.ts';
import { type ExportFormat, exportTypes, sendExport } from './export-routes.ts';
import { askedSchema, countLimit, daysOf, type Search, searchFor } from './search.ts';

const row = toldRowSchema.extend({
  personName: z.string().nullable(),
  nip: z.string().nullable().meta({ description: '18 digits; null for staff without one.' }),
});
const total = z.object({
  rows: z.int().meta({ description: `On all pages; not counted past ${countLimit}.` }),
  more: z.boolean().meta({ description: `There are more than ${countLimit}.` }),
  officeDays: z.int().meta({ description: 'Days of offices that were asked for.' }),
  complete: z.int(),
  completeExcept: z.int(),
  notYet: z.int().meta({ description: 'What is in none of the three was not judged yet.' }),
  terminals: z.int().meta({ description: 'Of all judged days together.' }),
  terminalsRead: z.int().meta({ description: 'Of these, read past the end of their day.' }),
  judgedAt: instantField().nullable().meta({ description: 'When the newest of these days was judged.' }),
});
const totalExample: z.output<typeof total> = {
  rows: 1,
  more: false,
  officeDays: 1,
  complete: 0,
  completeExcept: 0,
  notYet: 1,
  terminals: 3,
  terminalsRead: 2,
  judgedAt: '2026-03-02T01:00:20.000Z',
};
const somebody = z.object({ id: z.string(), name: z.string(), nip: z.string().nullable(), office: z.string() });
const place = z.tuple([z.number(), z.string(), z.int(), z.int()]);

const filters = {
  from: dayParam(),
  to: dayParam(),
  office: z.string().min(1).max(40).optional(),
  terminal: z.string().min(1).max(40).optional().meta({ description: 'Serial number.' }),
  pin: z.string().min(1).max(24).optional(),
  person: z.string().min(1).max(60).optional().meta({ description: '`id` of `/attendance/people`.' }),
};
type Filters = z.output<z.ZodObject<typeof filters>>;

/** Adds punches for systems. A reader of one office sees those of that office only. */
export function attendanceApi(context: WebContext): readonly AnyApiRoute[] {
  const { database } = context;
  return [
    peopleRoute(context),
    fileRoute(context, 'csv'),
    fileRoute(context, 'xlsx'),
    apiRoute({
      method: 'GET',
      path: '/attendance',
      needs: 'attendance.view',
      summary: 'Punches with their persons, newest first',
      description:
        'Days are those of each office, in its own zone; at most 366 at once. A PIN needs its office or terminal. ' +
        'With `count=true` the answer has a `total` with the completeness of these days, for a count without it is half ' +
        'an answer. Counting costs another search, so `next` does not ask for it again.',
      tag: 'Attendance',
      query: z.strictObject({
        ...pageParams,
        ...filters,
        count: z.enum(['true']).optional().meta({ description: 'Count all pages.' }),
      }),
      answer: pageOf(row).extend({
        total: total.optional().meta({ description: 'Only with `count=true`.' }),
      }),
      examples: [
        {
          query: { from: '2026-03-02', to: '2026-03-02', office: 'kominfo', limit: '1', count: 'true' },
          answer: { items: [{ ...toldRowExample, personName: null, nip: null }], next: null, total: totalExample },
        },
      ],
      async handle({ query, reader, request }) {
        const search = await searchOf(context, reader, query);
        if (search.trouble !== null) return refuse(problemOf(search.trouble.en, query));
        let rows = 0;
        const page = await pageBy(
          { query, request: { url: withoutCount(request.url) } },
          {
            key: place,
            async read(key, limit) {
              const part = { after: placeOf(key), limit };
              if (query.count === undefined) return readAttendance(database.db, search.query, part);
              const counted = await readAttendanceCounted(database.db, search.query, part, countLimit + 1);
              rows = counted.count;
              return counted.rows;
            },
            told,
            keyOf: ({ occurredAtMs, serial, epoch, ordinal }) => [occurredAtMs, serial, epoch, ordinal],
          },
        );
        if (!('items' in page)) return page;
        await noteRead(context, request, { action: 'attendance.read', rows: page.items.length });
        return query.count === undefined ? page : { ...page, total: await totalOf(context, search, rows) };
      },
    }),
  ];
}

function peopleRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/attendance/people',
    needs: 'attendance.view',
    summary: 'People by part of their name, or the first digits of their NIP',
    tag: 'Attendance',
    query: z.strictObject({ ...pageParams, search: z.string().trim().min(2).max(80) }),
    answer: pageOf(somebody),
    examples: [
      {
        query: { search: 'Budi', limit: '1' },
        answer: {
          items: [
            {
              id: '6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10',
              name: 'Budi Santoso',
              nip: '198001012005011001',
              office: 'kominfo',
            },
          ],
          next: null,
        },
      },
    ],
    async handle(call) {
      const page = await pageOfPeople(context.database.db, call);
      if (!('items' in page)) return page;
      await noteRead(context, call.request, { action: 'people.search', rows: page.items.length });
      const items = page.items.map(({ personId: id, name, nip, officeCode: office }) => ({ id, name, nip, office }));
      return { ...page, items };
    },
  });
}

function fileRoute(context: WebContext, format: ExportFormat): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: `/attendance.${format}`,
    needs: 'attendance.export',
    summary: `The same as ${format.toUpperCase()}, with the completeness of each office and day on top`,
    description: `At most ${maxExportRows[format]} rows; the file says when there were more. Two are made at a time.`,
    tag: 'Attendance',
    query: z.strictObject({ ...filters, language: z.enum(['id', 'en']).optional() }),
    produces: exportTypes[format],
    answer: z.string(),
    examples: [{ query: { from: '2026-03-02', to: '2026-03-02', office: 'kominfo' }, answer: '' }],
    async handle({ query, reader, request, reply }) {
      const search = await searchOf(context, reader, query);
      if (search.trouble !== null) return refuse(problemOf(search.trouble.en, query));
      const lang = query.language ?? context.frames.language;
      return (await sendExport(context, { request, reply }, { format, lang, search })) ? sent : refuse(busy);
    },
  });
}

const busy: ApiProblem = {
  status: 503,
  type: 'busy',
  title: 'Two files are being made already',
  detail: 'Ask again in a few seconds.',
  retryAfterSeconds: 10,
};

function searchOf({ database, nowMs }: WebContext, reader: Reader, asked: Filters): Promise<Search> {
  const { from: dari, to: sampai, office: opd, terminal: mesin, pin, person: pegawai } = asked;
  return searchFor(database, reader, askedSchema.parse({ dari, sampai, opd, mesin, pin, pegawai }), nowMs());
}

async function totalOf({ database }: WebContext, search: Search, rows: number): Promise<z.output<typeof total>> {
  const { computedAtMs, ...sum } = await sumCompleteness(database.db, daysOf(search));
  return {
    rows: Math.min(rows, countLimit),
    more: rows > countLimit,
    officeDays: search.days * search.officeCodes.length,
    ...sum,
    judgedAt: computedAtMs === null ? null : toldAt(computedAtMs),
  };
}

function withoutCount(url: string): string {
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.delete('count');
  return `${path}?${parameters}`;
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
function problemOf(detail: string, { office, person }: Filters): ApiProblem {
  if (detail.startsWith('There is no such office'))
    return noSuch('office', `${office === undefined ? '' : 'office: '}${detail}`);
  if (detail.startsWith('There is no such person'))
    return noSuch('person', `${person === undefined ? '' : 'person: '}${detail}`);
  return { status: 400, type: 'bad-query', title: 'The query is not understood', detail };
}
