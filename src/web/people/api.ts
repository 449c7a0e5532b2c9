/** `/api/v1/people`: who is behind which PIN, and lists of people, checked before they are applied. */
import { z } from 'zod';
import type { Reader } from '../../accounts/permissions.ts';
import { writeAudit } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';
import { type PersonPin, type PersonRow, readPeople, readPinsOf } from '../../store/people.ts';
import { applyChanges, lockPeople } from '../../store/people-import.ts';
import { toldInstant } from '../../store/told-row.ts';
import { peopleWords } from '../../words/people.ts';
import { instantField, wordsField } from '../api/fields.ts';
import { type PageCall, pageBy, pageOf, pageParams } from '../api/paging.ts';
import { noteRead } from '../api/reads.ts';
import { type AnyApiRoute, apiRoute, refuse } from '../api/route.ts';
import { entryOf, type WebContext } from '../context.ts';
import { sumsOf } from './import-routes.ts';
import { knownTo } from './known.ts';
import { maxLines, readList } from './list-file.ts';
import { planPeople } from './plan.ts';

const pin = z.object({
  office: z.string(),
  terminal: z.string().nullable().meta({ description: 'Serial number; null for all of the office.' }),
  pin: z.string(),
  from: instantField().nullable(),
  until: instantField().nullable().meta({ description: 'Not any more from here on.' }),
});
const person = z.object({
  id: z.string(),
  name: z.string(),
  nip: z.string().nullable(),
  office: z.string(),
  endedOn: z.string().nullable(),
  pins: z.array(pin),
});
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
  return [listRoute(context), importRoute(context)];
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
          items: [
            {
              id: '6f1c',
              name: 'Budi Santoso',
              nip: '198001012005011001',
              office: 'kominfo',
              endedOn: null,
              pins: [{ office: 'kominfo', terminal: null, pin: '1023', from: null, until: null }],
            },
          ],
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

/** People of a reader by name. */
export function pageOfPeople(
  db: Database['db'],
  call: PageCall & { readonly reader: Reader; readonly query: { readonly search?: string | undefined } },
) {
  const { search = '' } = call.query;
  return pageBy(call, {
    key: z.tuple([z.string(), z.string()]),
    read: (key, limit) => {
      const after = key === undefined ? null : { name: key[0], personId: key[1] };
      return readPeople(db, { officeCode: call.reader.officeCode, search, after, limit });
    },
    told: (person) => person,
    keyOf: ({ name, personId }) => [name, personId],
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
        body: { csv: 'nip,nama,opd,pin\n198001012005011001,Budi Santoso,kominfo,1023\n' },
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

function toldPerson({ personId, name, nip, officeCode, endedOn }: PersonRow, pins: readonly PersonPin[]) {
  const own = pins.filter((one) => one.personId === personId);
  return {
    id: personId,
    name,
    nip,
    office: officeCode,
    endedOn,
    pins: own.map((one) => ({
      office: one.officeCode,
      terminal: one.serial,
      pin: one.pin,
      from: toldInstant(one.fromMs),
      until: toldInstant(one.untilMs),
    })),
  };
}
