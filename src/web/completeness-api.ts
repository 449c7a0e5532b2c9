/**
 * `GET /api/v1/completeness`: how complete each day of each office is. Whoever takes a count from here or elsewhere asks
 * this too; the ETag changes with anything that would be said differently.
 */
import { z } from 'zod';
import { readOffices } from '../store/board.ts';
import { type CompletenessRow, readCompleteness } from '../store/completeness.ts';
import type { Database } from '../store/database.ts';
import { reasonText, stateTexts } from '../words/completeness.ts';
import { officesSeen } from './access/offices.ts';
import { noSuchOffice } from './access/problems.ts';
import { dayParam, instantField, officesParam, toldAt, wordsField } from './api/fields.ts';
import { type AnyApiRoute, apiRoute, type Refusal, refuse } from './api/route.ts';
import type { ApiProblem } from './api-problem.ts';
import { sayIn } from './instant-words.ts';

/** Days of offices in one answer. */
const maxRows = 5_000;
/** Days asked for at once. */
const maxDays = 366;
const dayMs = 86_400_000;

/** Everything is checked: a misspelled parameter must not silently mean its default. */
const query = z
  .strictObject({ from: dayParam(), to: dayParam(), office: officesParam().optional() })
  .refine(
    ({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) < maxDays * dayMs,
    `from must not be after to, and at most ${maxDays} days may be asked for`,
  );

/** A reason has a kind and the facts of that kind, as data.md lists them. */
const reason = z.looseObject({ kind: z.string(), words: wordsField() });
const day = z.object({
  office: z.string(),
  day: z.string().meta({ format: 'date' }),
  state: z.enum(['complete', 'complete-except', 'not-yet']),
  words: wordsField(),
  reasons: z.array(reason),
  records: z.int(),
  notFinal: z.int(),
  afterClose: z.int(),
  terminals: z.int(),
  terminalsRead: z.int(),
  gaps: z.int(),
  revision: z.int(),
  computedAt: instantField(),
});
const answer = z.object({ from: z.string(), to: z.string(), days: z.array(day) });
type Answer = z.output<typeof answer>;

/** The route. */
export function completenessApi({ db }: Pick<Database, 'db'>): readonly AnyApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/completeness',
      needs: 'board.view',
      summary: 'How complete each day of each office is',
      description: `The newest day first; at most ${maxDays} days and ${maxRows} days of offices at once. A count is only as good as the completeness beside it.`,
      tag: 'Completeness',
      query,
      answer,
      hint: `Give from and to as YYYY-MM-DD, at most ${maxDays} days, and office as codes separated by commas, or not at all.`,
      examples: [example],
      async handle({ query: { from, to, office: asked }, reader }): Promise<Answer | Refusal> {
        const office = officesSeen(reader, asked);
        const offices = await readOffices(db);
        const zones = new Map(offices.map(({ code, timeZone }) => [code, timeZone]));
        if (office === null || (asked ?? []).some((code) => !zones.has(code))) return refuse(noSuchOffice);
        const wanted = { fromDay: from, toDay: to, limit: maxRows + 1 };
        const rows = await readCompleteness(db, office === undefined ? wanted : { ...wanted, officeCodes: office });
        if (rows.length > maxRows) return refuse(tooMuch);
        return { from, to, days: rows.map((row) => toldDay(row, zones.get(row.officeCode) ?? 'UTC')) };
      },
    }),
  ];
}

/** A day as it is told, in numbers and in words. */
function toldDay(row: CompletenessRow, timeZone: string): Answer['days'][number] {
  const say = sayIn(timeZone);
  return {
    office: row.officeCode,
    day: row.day,
    state: row.state,
    words: { id: stateTexts[row.state].id, en: stateTexts[row.state].en },
    reasons: row.reasons.map((one) => ({
      ...one,
      words: { id: reasonText(one, say, 'id'), en: reasonText(one, say, 'en') },
    })),
    records: row.records,
    notFinal: row.notFinal,
    afterClose: row.afterClose,
    terminals: row.terminals,
    terminalsRead: row.terminalsRead,
    gaps: row.gaps,
    revision: row.revision,
    computedAt: toldAt(row.computedAtMs),
  };
}

const example: { query: z.input<typeof query>; answer: Answer } = {
  query: { from: '2026-03-02', to: '2026-03-02', office: 'kominfo' },
  answer: {
    from: '2026-03-02',
    to: '2026-03-02',
    days: [
      {
        office: 'kominfo',
        day: '2026-03-02',
        state: 'not-yet',
        words: { id: stateTexts['not-yet'].id, en: stateTexts['not-yet'].en },
        reasons: [],
        records: 412,
        notFinal: 0,
        afterClose: 0,
        terminals: 3,
        terminalsRead: 2,
        gaps: 0,
        revision: 9,
        computedAt: '2026-03-02T01:00:20.000Z',
      },
    ],
  },
};

const tooMuch: ApiProblem = {
  status: 400,
  type: 'too-much',
  title: 'Too much at once',
  detail: `More than ${maxRows} days of offices would be told. Ask for fewer days, or for fewer offices.`,
};
