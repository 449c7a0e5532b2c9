/** How reports are told by the API: schemas, examples, problems. */
import { z } from 'zod';
import { ageOf, notificationDeadlineMs } from '../../incident/ageing.ts';
import { incidentKinds, incidentStates } from '../../incident/steps.ts';
import { readFacts } from '../../store/incident-facts.ts';
import { listProofs } from '../../store/incident-proofs.ts';
import { type IncidentRow, listIncidents, readIncident, readSteps } from '../../store/incidents.ts';
import { toldInstant } from '../../store/told-row.ts';
import { incidentWords, kindNames, stateName } from '../../words/incidents.ts';
import { instantField, toldAt, wordsField } from '../api/fields.ts';
import { type Refusal, refuse } from '../api/route.ts';
import type { ApiProblem } from '../api-problem.ts';
import type { WebContext } from '../context.ts';
import type { StepTrouble } from './actions.ts';

/** Heading of the description. */
export const tag = 'Incidents';
/** A number of a report in an address. */
export const number = z
  .string()
  .regex(/^\d{1,12}$/, 'a whole number')
  .transform(Number);
/** Parameters of one report. */
export const numbered = z.strictObject({ number });

/** A report as it is told. */
export const incident = z.object({
  number: z.int(),
  kind: z.enum(incidentKinds),
  state: z.enum(incidentStates),
  words: z.object({ kind: wordsField(), state: wordsField() }),
  office: z.string().nullable(),
  terminal: z.string().nullable(),
  place: z.string(),
  serial: z.string().nullable(),
  since: instantField(),
  told: z.string(),
  openedBy: z.enum(['account', 'token', 'command', 'gateway']),
  openedAt: instantField(),
  lastStepAt: instantField(),
  closedAt: instantField().nullable(),
  wellSince: instantField().nullable(),
  age: z.enum(['fresh', 'waiting', 'late', 'forgotten']).nullable(),
  noticeDueAt: instantField().nullable().meta({ description: 'Of a lost machine: 3 × 24 hours, law 27/2022.' }),
  noteSentAt: instantField().nullable().meta({ description: 'When people were told of the loss in writing.' }),
  mergedInto: z
    .int()
    .nullable()
    .meta({ description: 'Of a report of the gateway (`merged`): the report of a person in which it goes on.' }),
  proofs: z.int(),
});
const step = z.object({
  at: instantField(),
  what: z.string(),
  actor: z.string(),
  note: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
const proof = z.object({
  id: z.string(),
  fileName: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  receivedSha256: z.string(),
});
const taken = z.object({
  number: z.int(),
  since: instantField().meta({ description: 'Since when the gateway knew of it.' }),
  facts: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What it knew then.' }),
});
/** A report with all that belongs to it. */
export const whole = incident.extend({
  tookOver: z.array(taken).meta({ description: 'Reports of the gateway that go on in this one.' }),
  steps: z.array(step),
  files: z.array(proof),
  facts: z.array(z.record(z.string(), z.unknown())).meta({ description: 'docs/data.md, "Reports of terminals"' }),
});

export type Told = z.output<typeof incident>;
export const example: Told = {
  number: 7,
  kind: 'lost',
  state: 'reported',
  words: { kind: kindNames.lost, state: stateName('reported', 'lost') },
  office: 'dinkes',
  terminal: 'Lobi',
  place: '',
  serial: 'CKJ2',
  since: '2026-03-02T00:00:00.000Z',
  told: 'Pagi ini sudah tidak ada.',
  openedBy: 'account',
  openedAt: '2026-03-02T03:00:00.000Z',
  lastStepAt: '2026-03-02T03:00:00.000Z',
  closedAt: null,
  wellSince: null,
  age: 'fresh',
  noticeDueAt: '2026-03-05T03:00:00.000Z',
  noteSentAt: null,
  mergedInto: null,
  proofs: 1,
};
const sha = '0'.repeat(64);
export const wholeExample: z.output<typeof whole> = {
  ...example,
  steps: [{ at: example.openedAt, what: 'reported', actor: 'Rina', note: '', detail: {} }],
  files: [
    { id: '0b0e…', fileName: 'lobi.jpg', mediaType: 'image/jpeg', bytes: 184_320, sha256: sha, receivedSha256: sha },
  ],
  facts: [{ state: 'failing', errorCode: 'NET_UNREACHABLE', usualPeople: 61 }],
  tookOver: [
    { number: 5, since: '2026-03-01T23:58:00.000Z', facts: { state: 'failing', errorCode: 'NET_UNREACHABLE' } },
  ],
};

export function told(row: IncidentRow, nowMs: number): Told {
  const { kind, state } = row;
  const due = notificationDeadlineMs(kind, row.openedMs);
  return {
    number: row.number,
    kind,
    state,
    words: { kind: kindNames[kind], state: stateName(state, kind) },
    office: row.officeCode,
    terminal: row.terminalName,
    place: row.place,
    serial: row.serial,
    since: toldAt(row.sinceMs),
    told: row.words,
    openedBy: row.openedBy,
    openedAt: toldAt(row.openedMs),
    lastStepAt: toldAt(row.lastStepMs),
    closedAt: toldInstant(row.closedMs),
    wellSince: toldInstant(row.wellSinceMs),
    age: ageOf(state, nowMs - row.lastStepMs),
    noticeDueAt: toldInstant(due),
    noteSentAt: toldInstant(row.noteSentMs),
    mergedInto: row.mergedInto,
    proofs: row.proofs,
  };
}

export const noSuch: ApiProblem = {
  status: 404,
  type: 'no-such-incident',
  title: 'There is no such report',
  detail: 'Ask /api/v1/incidents for those that there are.',
};
export const unreadable: ApiProblem = {
  status: 422,
  type: 'bad-report',
  title: 'The report cannot be taken',
  detail: 'Name an office and one of its terminals, or a place in words; since must not be in the future.',
};

/** What a step may be refused for, as a problem. */
export function problemOf(trouble: StepTrouble): ApiProblem {
  const status = trouble === 'notPermitted' ? 403 : trouble === 'noSuchStep' ? 409 : 422;
  const detail = trouble === 'full' ? 'This report holds 40 files already.' : incidentWords[trouble].en;
  const type = `incident-${trouble.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return { status, type, title: 'The step was not taken', detail };
}

/** The report as it stands after a change. */
export async function standing(
  { database, nowMs }: WebContext,
  trouble: StepTrouble | null,
  row: IncidentRow,
): Promise<Told | Refusal> {
  if (trouble !== null) return refuse(problemOf(trouble));
  return told((await readIncident(database.db, row.number)) ?? row, nowMs());
}

export async function tellWhole({ database, nowMs }: WebContext, row: IncidentRow): Promise<z.output<typeof whole>> {
  const { db } = database;
  const [steps, files, facts, taken] = await Promise.all([
    readSteps(db, row.number),
    listProofs(db, row.number),
    readFacts(db, row.number),
    listIncidents(db, { officeCode: null, mergedInto: row.number, limit: 5 }),
  ]);
  const known = await Promise.all(taken.map(({ number: old }) => readFacts(db, old)));
  return {
    ...told(row, nowMs()),
    steps: steps.map(({ atMs, what, actorName, note, detail }) => ({
      at: toldAt(atMs),
      what,
      actor: actorName,
      note,
      detail,
    })),
    files: files.map(({ proofId, fileName, mediaType, bytes, sha256, receivedSha256 }) => ({
      id: proofId,
      fileName,
      mediaType,
      bytes,
      sha256: sha256.toString('hex'),
      receivedSha256: receivedSha256.toString('hex'),
    })),
    facts: facts.map((one) => ({ ...one })),
    tookOver: taken.map(({ number: old, sinceMs }, at) => {
      const first = known[at]?.[0];
      return { number: old, since: toldAt(sinceMs), facts: first === undefined ? null : { ...first } };
    }),
  };
}

export function badFile(trouble: string): ApiProblem {
  const detail = `A file was not taken (${trouble}). Nothing was kept.`;
  return { status: 422, type: 'bad-file', title: 'A file cannot be taken', detail, facts: { trouble } };
}
