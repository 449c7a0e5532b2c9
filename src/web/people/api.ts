/** `/api/v1/people`: who is behind which PIN, and lists of people, checked before they are applied. */
import { z } from 'zod';
import { writeAudit } from '../../store/audit-log.ts';
import { readPinsOf } from '../../store/people.ts';
import { applyChanges, lockPeople } from '../../store/people-import.ts';
import { peopleWords } from '../../words/people.ts';
import { wordsField } from '../api/fields.ts';
import { pageOf, pageParams } from '../api/paging.ts';
import { noteRead } from '../api/reads.ts';
import { type AnyApiRoute, apiRoute, refuse, sent } from '../api/route.ts';
import { entryOf, type WebContext } from '../context.ts';
import { example, person, toldPerson } from './api-told.ts';
import { sendPeopleCsv, sumsOf } from './import-routes.ts';
import { knownTo } from './known.ts';
import { maxLines, readList } from './list-file.ts';
import { onePersonApi } from './one-api.ts';
import { pageOfPeople } from './paging.ts';
import { planPeople } from './plan.ts';

const plan = z.object({
  applied: z.boolean(),
  digest: z.string().meta({ description: 'Of the changes; give it back to apply exactly these.' }),
  added: z.int(),
  changed: z.int(),
  pins: z.int(),
  ended: z.int(),
  same: z.int(),
  faults: z.array(z.object({ line: z.int(), fault: z.string(), words: wordsField() })),
});

/** Adds people for systems. A reader of one office sees and changes those of that office only. */
export function peopleApi(context: WebContext): readonly AnyApiRoute[] {
  return [listRoute(context), importRoute(context), csvRoute(context), ...onePersonApi(context)];
}

function listRoute(context: WebContext): AnyApiRoute {
  const { db } = context.database;
  return apiRoute({
    method: 'GET',
    path: '/people',
    needs: 'people.manage',
    summary: 'People by name, with their PINs',
    tag: 'People',
    query: z.strictObject({ ...pageParams, search: z.string().min(2).max(80).optional() }),
    answer: pageOf(person),
    examples: [
      {
        query: { limit: '1' },
        answer: {
          items: [example],
          next: null,
        },
      },
    ],
    async handle(call) {
      const page = await pageOfPeople(db, call);
      if (!('items' in page)) return page;
      const ids = page.items.map(({ personId }) => personId);
      const pins = await readPinsOf(db, ids);
      await noteRead(context, call.request, { action: 'people.read', rows: ids.length });
      return { ...page, items: page.items.map((one) => toldPerson(one, pins)) };
    },
  });
}

function csvRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/people.csv',
    needs: 'people.manage',
    summary: 'All people, one line per PIN, as an import takes them',
    tag: 'People',
    produces: 'text/csv',
    answer: z.string(),
    examples: [{ answer: '' }],
    async handle({ request, reply }): Promise<typeof sent> {
      await sendPeopleCsv(context, request, reply);
      return sent;
    },
  });
}

function importRoute(context: WebContext): AnyApiRoute {
  const { database } = context;
  return apiRoute({
    method: 'POST',
    path: '/people/import',
    needs: 'people.manage',
    summary: 'Check a list of people, or apply it',
    description: `Without \`digest\` nothing is changed: the answer says what would be. With the \`digest\` of that answer exactly these changes are made; when people changed meanwhile, nothing is, and the answer has another digest. At most ${maxLines} lines.`,
    tag: 'People',
    body: z.strictObject({
      csv: z
        .string()
        .min(1)
        .max(60_000)
        .meta({ description: 'nip, nama, opd, pin, mesin, sejak, sampai; larger lists in parts, or on the page' }),
      digest: z.string().max(60).optional(),
    }),
    answer: plan,
    examples: [
      {
        body: { csv: 'nip,nama,opd,pin\n199003032015031003,Made Arya,kominfo,1025\n' },
        answer: { applied: false, digest: 'q83v', added: 1, changed: 0, pins: 1, ended: 0, same: 0, faults: [] },
      },
    ],
    async handle({ body, reader, request }) {
      const list = readList(body.csv);
      if (list.kind === 'wrong') {
        const detail = `Line ${list.number}: ${peopleWords[list.fault].en}.`;
        return refuse({ status: 422, type: 'bad-list', title: 'The list is not understood', detail });
      }
      return database.db.transaction().execute(async (tx) => {
        await lockPeople(tx);
        const made = planPeople(list.lines, await knownTo({ db: tx }, reader));
        const applied = made.faults.length === 0 && body.digest === made.digest;
        if (applied) {
          await applyChanges(tx, made.changes);
          const entry = { action: 'people.import', officeCode: reader.officeCode, detail: sumsOf(made) };
          await writeAudit(tx, entryOf(request, entry));
        }
        const { added, changed, ends, pins } = made.changes;
        const faults = made.faults
          .slice(0, 500)
          .map(({ number, fault }) => ({ line: number, fault, words: peopleWords[fault] }));
        const sums = {
          added: added.length,
          changed: changed.length,
          pins: pins.length,
          ended: ends.length,
          same: made.same,
        };
        return { applied, digest: made.digest, ...sums, faults };
      });
    },
  });
}
