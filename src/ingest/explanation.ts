/**
 * Explaining a punch: the model that gave its time is built again from the very evidence it names, and what comes of it is
 * held against what is stored (docs/time.md, "How to read an explanation").
 */
import type { Kysely } from 'kysely';
import { describeTime } from '../clock/describe.ts';
import { buildClockModel } from '../clock/model.ts';
import { codeVersion, modelDigest } from '../clock/versions.ts';
import type { Explanation, Rebuilt } from '../explain/facts.ts';
import { type ModelWindow, readLastSeq, readModel, type StoredModel } from '../store/clock-models.ts';
import {
  type ExplainedRow,
  isContradicted,
  type OtherAnswer,
  type PunchKey,
  punchKeyOf,
  rangeOfRead,
  readAdjustments,
  readExplained,
  readFormerAnswers,
} from '../store/explained.ts';
import type { Tables } from '../store/tables.ts';
import { loadEvidence } from './model-evidence.ts';
import { clockAround } from './model-windows.ts';

/** So many settings of the clock are worked out one by one; a clock is hardly ever moved more often between two reads. */
const mostFits = 4;

/**
 * Everything there is to say about the time of one punch.
 *
 * @param punchId `ABC123-1-42`
 * @returns null when there is no such punch
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function explainPunch(db: Kysely<Tables>, punchId: string): Promise<Explanation | null> {
  const key = punchKeyOf(punchId);
  const row = key === null ? null : await readExplained(db, key);
  if (key === null || row === null) return null;
  const stored = row.modelVersion === null ? null : await readModel(db, key.serial, row.modelVersion);
  const model = stored !== null && holds(stored.window, key) ? stored : null;
  const window = model?.window ?? (await windowAround(db, key, row));
  const { evidence } = await loadEvidence(db, window);
  const built = buildClockModel(evidence);
  const index = evidence.records.findIndex(({ ordinal }) => ordinal === key.ordinal);
  const description = describeTime(evidence, built, index);
  const [former, adjustments, contradicted] = [
    await readFormerAnswers(db, key),
    await readAdjustments(db, key),
    await isContradicted(db, key),
  ];
  return {
    punchId,
    ...key,
    ...factsOf(row),
    description,
    otherFits: description.time.candidates
      .slice(1, mostFits)
      .map((_, other) => describeTime(evidence, built, index, other + 1)),
    rebuilt: rebuiltOf(model, modelDigest(evidence)),
    formerAnswers: former.map(answerOf),
    adjustments: adjustments.map(answerOf),
    contradicted,
  };
}

function holds({ epoch, from, to }: ModelWindow, key: PunchKey): boolean {
  return epoch === key.epoch && from <= key.ordinal && key.ordinal < to;
}

/** For a punch whose model is not stored: its read, and the looks that would speak for it by now. */
async function windowAround(db: Kysely<Tables>, key: PunchKey, row: ExplainedRow): Promise<ModelWindow> {
  const throughSeq = await readLastSeq(db, key.serial);
  const { samplesAfterMs, samplesUntilMs } = await clockAround(db, key.serial, [row], throughSeq);
  return {
    ...(await rangeOfRead(db, key, row.presentAtMs)),
    samplesAfterMs,
    samplesUntilMs,
    throughSeq,
    zone: row.timeZone,
  };
}

function rebuiltOf(model: StoredModel | null, digest: string): Rebuilt {
  return {
    from: model === null ? 'now' : 'stored',
    modelVersion: model?.version ?? null,
    builtAtMs: model?.builtAtMs ?? null,
    codeVersion,
    storedCodeVersion: model?.codeVersion ?? null,
    digest,
    storedDigest: model?.digest ?? null,
  };
}

function factsOf(
  row: ExplainedRow,
): Pick<Explanation, 'terminalName' | 'office' | 'written' | 'absentAtMs' | 'presentAtMs' | 'batch' | 'stored'> {
  const { rawHex, deviceTimeRaw, pin, verifyMode, punchState, workCode, source } = row;
  const { occurredAtMs, earliestMs, latestMs, status, revision, suspect, afterClose } = row;
  const { seq, storedAtMs, headHex } = row;
  const isNumbered = seq !== null && storedAtMs !== null && headHex !== null;
  return {
    terminalName: row.terminalName,
    office: { code: row.officeCode, name: row.officeName, timeZone: row.timeZone },
    written: { rawHex, deviceTimeRaw, pin, verifyMode, punchState, workCode, source },
    absentAtMs: row.absentAtMs,
    presentAtMs: row.presentAtMs,
    batch: isNumbered ? { seq, storedAtMs, headHex } : null,
    stored: { occurredAtMs, earliestMs, latestMs, status, revision, suspect, afterClose },
  };
}

function answerOf({ atMs, why, ...answer }: OtherAnswer): Explanation['formerAnswers'][number] {
  return { ...answer, atMs, why };
}
