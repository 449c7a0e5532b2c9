/** What people do with reports, for pages and API alike: each in one transaction with its audit entry. */
import type { FastifyRequest } from 'fastify';
import { may, type Reader, seesOffice } from '../../accounts/permissions.ts';
import { type Actor, type IncidentState, refusalOf } from '../../incident/steps.ts';
import { writeAudit } from '../../store/audit-log.ts';
import { addFacts, readMachineFacts } from '../../store/incident-facts.ts';
import { addProofs, type CheckedProof, countProofs } from '../../store/incident-proofs.ts';
import { awaitWatchTurn } from '../../store/incident-watch.ts';
import {
  addStep,
  type IncidentRow,
  lockIncident,
  lockTakenOver,
  mergeInto,
  openIncident,
  readIncident,
  readSteps,
  type StepActor,
  setNoteSent,
} from '../../store/incidents.ts';
import { confirmReplacement } from '../../store/replacements.ts';
import { entryOf, type WebContext } from '../context.ts';
import type { Report } from './report-form.ts';

/** Files of one report. */
export const mostProofs = 40;

type Means = Pick<WebContext, 'database' | 'nowMs'>;

/** Why something was not done: a key of `incidentWords`. */
export type StepTrouble =
  | 'noSuchStep'
  | 'notPermitted'
  | 'noteMissing'
  | 'serialWrong'
  | 'sameMachine'
  | 'standsElsewhere'
  | 'needsPlace'
  | 'sentWrong'
  | 'full';

/** Who asks, as steps keep it. */
export function stepActorOf({ reader }: FastifyRequest): StepActor {
  if (reader === null) throw new Error('a step without a reader');
  return { actorKind: reader.kind, actor: reader.actor, actorName: reader.name };
}

/** Who asks, as the table of steps sees it. */
export function actorOf(reader: Reader): Actor {
  return { kind: reader.kind, may: (permission) => may(reader, permission) };
}

/** A report that this reader may know of, or null: another office's does not exist for them. */
export async function visibleIncident(
  { database }: Pick<Means, 'database'>,
  reader: Reader | null,
  number: number,
): Promise<IncidentRow | null> {
  const incident = await readIncident(database.db, number);
  if (incident === null || reader === null) return null;
  const isSeen = incident.officeCode === null ? reader.officeCode === null : seesOffice(reader, incident.officeCode);
  return isSeen ? incident : null;
}

/**
 * Opens a report with what the gateway knows and the files that came along. The gateway's own report of the same machine goes
 * on in it: one machine, one report, and since when the gateway has known stands on both.
 */
export async function openReport(
  { database, nowMs }: Means,
  request: FastifyRequest,
  report: Report,
  proofs: readonly CheckedProof[],
): Promise<number> {
  const atMs = nowMs();
  const { officeCode, terminalName, kind } = report;
  const facts =
    officeCode !== null && terminalName !== null
      ? await readMachineFacts(database.db, { officeCode, terminalName }, atMs)
      : null;
  return database.db.transaction().execute(async (tx) => {
    await awaitWatchTurn(tx);
    const place = officeCode === null || terminalName === null ? null : { officeCode, terminalName };
    const earlier = place === null ? [] : await lockTakenOver(tx, place);
    const by = stepActorOf(request);
    const tookOver = await tookOverDetail(tx, earlier);
    const { number, stepId } = await openIncident(tx, { ...report, by, atMs, detail: tookOver });
    for (const old of earlier) await mergeInto(tx, { number: old.number, into: number, by, atMs });
    if (facts !== null) await addFacts(tx, number, facts);
    await addProofs(tx, { number, stepId }, proofs);
    const detail = { kind, terminal: terminalName, proofs: proofs.length, ...numbersOf(earlier) };
    await writeAudit(tx, entryOf(request, { action: 'incident.report', subject: String(number), officeCode, detail }));
    return number;
  });
}

/** What the gateway had said, on the first step of the report that goes on. */
async function tookOverDetail(tx: Tx, earlier: readonly IncidentRow[]): Promise<Readonly<Record<string, unknown>>> {
  const [first] = earlier;
  if (first === undefined) return {};
  const [step] = await readSteps(tx, first.number);
  const { why = null, errorCode = null } = step?.detail ?? {};
  const sinceMs = Math.min(...earlier.map((one) => one.sinceMs));
  return { ...numbersOf(earlier), gatewaySince: new Date(sinceMs).toISOString(), why, errorCode };
}

function numbersOf(earlier: readonly IncidentRow[]): { readonly tookOver?: readonly number[] } {
  return earlier.length === 0 ? {} : { tookOver: earlier.map(({ number }) => number) };
}

/** A step as somebody wants it. */
export interface WantedStep {
  readonly number: number;
  readonly to: IncidentState;
  readonly note: string;
  /** Of the machine that takes the place; only with `replaced`. */
  readonly newSerial: string;
  readonly proofs: readonly CheckedProof[];
}

class Undone extends Error {
  readonly trouble: StepTrouble;
  constructor(trouble: StepTrouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** Takes a report one step on. Returns null when done. */
export async function takeStep(
  { database, nowMs }: Means,
  request: FastifyRequest,
  step: WantedStep,
): Promise<StepTrouble | null> {
  const { reader } = request;
  if (reader === null) return 'notPermitted';
  const { number, to, note, newSerial, proofs } = step;
  const atMs = nowMs();
  try {
    await database.db.transaction().execute(async (tx) => {
      const incident = await lockIncident(tx, number);
      if (incident === null) throw new Undone('noSuchStep');
      const { officeCode, terminalName, serial } = incident;
      const standing = { kind: incident.kind, state: incident.state, byGateway: incident.openedBy === 'gateway' };
      const refusal = refusalOf(standing, to, actorOf(reader), note);
      if (refusal !== null) throw new Undone(troubles[refusal]);
      if (to === 'replaced') {
        if (!/^[A-Za-z0-9_.-]{1,40}$/.test(newSerial)) throw new Undone('serialWrong');
        if (officeCode === null || terminalName === null) throw new Undone('needsPlace');
        const place = { officeCode, terminalName };
        const swap = { oldSerial: serial, newSerial, number, by: reader.actor };
        const refused = await confirmReplacement(tx, place, swap);
        if (refused !== null) throw new Undone(refused === 'same-machine' ? 'sameMachine' : 'standsElsewhere');
      }
      const detail = to === 'replaced' ? { oldSerial: serial, newSerial } : {};
      const stepId = await addStep(tx, { number, what: to, note, by: stepActorOf(request), atMs, detail });
      await keepProofs(tx, { number, stepId }, proofs);
      const facts =
        officeCode === null || terminalName === null
          ? null
          : await readMachineFacts(tx, { officeCode, terminalName }, atMs);
      if (facts !== null) await addFacts(tx, number, facts);
      const said = { from: incident.state, to, ...detail, proofs: proofs.length };
      await writeAudit(
        tx,
        entryOf(request, { action: 'incident.step', subject: String(number), officeCode, detail: said }),
      );
    });
    return null;
  } catch (error) {
    if (error instanceof Undone) return error.trouble;
    throw error;
  }
}

const troubles = {
  'no-such-step': 'noSuchStep',
  'not-permitted': 'notPermitted',
  'note-needed': 'noteMissing',
} as const;

/** Adds words or files to a report in any state. */
export async function addNote(
  { database, nowMs }: Means,
  request: FastifyRequest,
  incident: Pick<IncidentRow, 'number' | 'officeCode'>,
  note: string,
  proofs: readonly CheckedProof[],
): Promise<StepTrouble | null> {
  const { number, officeCode } = incident;
  try {
    await database.db.transaction().execute(async (tx) => {
      await lockIncident(tx, number);
      const what = note.trim() === '' ? 'proof' : 'note';
      const stepId = await addStep(tx, { number, what, note, by: stepActorOf(request), atMs: nowMs() });
      await keepProofs(tx, { number, stepId }, proofs);
      const detail = { proofs: proofs.length };
      await writeAudit(tx, entryOf(request, { action: 'incident.note', subject: String(number), officeCode, detail }));
    });
    return null;
  } catch (error) {
    if (error instanceof Undone) return error.trouble;
    throw error;
  }
}

/**
 * Notes that the persons concerned and the authority were told of a loss in writing. Returns null when done; from then on
 * nobody is reminded of it.
 */
export async function noteLossTold(
  { database, nowMs }: Means,
  request: FastifyRequest,
  { number, officeCode }: Pick<IncidentRow, 'number' | 'officeCode'>,
  told: { readonly sentMs: number; readonly note: string },
): Promise<StepTrouble | null> {
  if (request.reader === null || !may(request.reader, 'incident.handle')) return 'notPermitted';
  if (told.note.trim() === '') return 'noteMissing';
  return database.db.transaction().execute(async (tx) => {
    const incident = await lockIncident(tx, number);
    if (incident?.kind !== 'lost' || incident.state === 'not-confirmed') return 'noSuchStep';
    if (told.sentMs < incident.sinceMs || told.sentMs > nowMs() + slackMs) return 'sentWrong';
    const detail = { sentAt: new Date(told.sentMs).toISOString() };
    const by = stepActorOf(request);
    await addStep(tx, { number, what: 'note-sent', note: told.note, by, atMs: nowMs(), detail });
    await setNoteSent(tx, number, told.sentMs);
    const entry = { action: 'incident.note-sent', subject: String(number), officeCode, detail };
    await writeAudit(tx, entryOf(request, entry));
    return null;
  });
}

/** Clocks of browsers are a little ahead. */
const slackMs = 300_000;

type Tx = Parameters<typeof addProofs>[0];

async function keepProofs(
  tx: Tx,
  step: { readonly number: number; readonly stepId: number },
  proofs: readonly CheckedProof[],
): Promise<void> {
  if (proofs.length > 0 && (await countProofs(tx, step.number)) + proofs.length > mostProofs) throw new Undone('full');
  await addProofs(tx, step, proofs);
}
