/**
 * A batch as the data of a queue job, and back.
 *
 * Job data is untrusted on the way back: another version, or another program with access to the queue, may have written
 * it. And it is limited on the way in: a NUL or a lone surrogate anywhere in it makes PostgreSQL's jsonb refuse the job
 * (docs/decisions/0005-queue.md, "What a job may hold").
 */
import { z } from 'zod';
import { GerbangError } from '../errors.ts';
import type { Batch } from '../punch/batch.ts';

/** Bytes of records in one batch, at most: 25,000 records of 40 bytes. A job is about a third longer. */
export const maxRecordBytes = 1_000_000;

/** Clock samples in one batch, at most; a poll takes about twenty. */
const maxSamples = 256;

/** Events of each kind in one batch, at most; a long operation log takes several batches. */
const maxEvents = 512;

/** Records an overlap digest may cover (`src/punch/overlap.ts`). */
const maxOverlapRecords = 32;

/** The last instant a JavaScript `Date` can hold, in milliseconds. */
const maxTimeMs = 8.64e15;

/** Shortest and longest record of each layout: visible-light terminals append to the 40 bytes (docs/protocol.md). */
const strides = { zk8: [8, 8], zk16: [16, 16], zk40: [40, 128] } as const;

/** Printed ids (`src/punch/user-pins.ts`). */
const printedId = /^[\x21-\x7e]{1,24}$/;

/** User indexes are 16 bit. */
const maxUid = 65_535;

const count = z.int().min(0);
const hostTimeMs = z.number().min(0).max(maxTimeMs);

/** One line of display text: no control characters (NUL among them), no half of a surrogate pair. */
const name = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'holds control characters or half a character');

const sample = z
  .strictObject({
    sentAtMs: hostTimeMs,
    receivedAtMs: hostTimeMs,
    deviceMs: z.int().multipleOf(1_000),
    kind: z.enum(['first-contact', 'hourly', 'before-read', 'after-read', 'before-set', 'after-set']),
    hostErrorMs: z.number().min(0).max(maxTimeMs).optional(),
  })
  .refine((taken) => taken.receivedAtMs >= taken.sentAtMs, 'was answered before it was asked');

const deviceMs = z.int().multipleOf(1_000);

const events = z.strictObject({
  sets: z.array(z.strictObject({ sentAtMs: hostTimeMs, receivedAtMs: hostTimeMs, deviceMs })).max(maxEvents),
  operations: z
    .array(
      z.strictObject({
        operation: z.int().min(0).max(65_535),
        deviceMs: deviceMs.nullable(),
        absentAtMs: hostTimeMs.nullable(),
        presentAtMs: hostTimeMs,
      }),
    )
    .max(maxEvents),
  hostSteps: z
    .array(z.strictObject({ atMs: hostTimeMs, byMs: z.number().min(-maxTimeMs).max(maxTimeMs) }))
    .max(maxEvents),
});

const loss = z
  .strictObject({
    kind: z.enum(['cleared', 'shrank', 'wrapped', 'rewritten', 'layout-changed', 'swapped']),
    atLeast: count,
    atMost: count.nullable(),
    ground: z.enum(['unwatched', 'numbered', 'in-place', 'counter-doubted', 'out-of-reach']),
    sinceMs: hostTimeMs.nullable(),
    untilMs: hostTimeMs,
    stored: count,
    counted: count,
    found: count.nullable(),
  })
  .refine(({ atLeast, atMost }) => atMost === null || atMost >= atLeast, 'bounds the wrong way round')
  .refine(({ sinceMs, untilMs }) => sinceMs === null || untilMs >= sinceMs, 'ended before it began');

const userPin = z.tuple([z.int().min(0).max(maxUid), z.string().regex(printedId)]).readonly();

const opening = z.strictObject({
  reason: z.enum(['first-contact', 'log-cleared', 'log-rewritten', 'no-overlap', 'layout-changed']),
  priorEpoch: count.max(2 ** 31 - 1),
  priorNext: count,
});

const batchSchema = z
  .strictObject({
    version: z.literal(1),
    batchId: z.string().regex(/^[A-Za-z0-9_.-]{1,80}$/),
    officeCode: z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/),
    terminalName: name,
    serial: z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/),
    fence: count,
    epoch: count.max(2 ** 31 - 1),
    opens: opening.nullable(),
    from: count,
    to: count,
    base: count,
    layout: z.enum(['zk8', 'zk16', 'zk40']),
    strideBytes: z.int().min(1).max(128),
    recordsBase64: z.string().max(Math.ceil(maxRecordBytes / 3) * 4),
    userPins: z.array(userPin).max(maxUid).readonly().optional(),
    overlap: z.strictObject({ records: count.max(maxOverlapRecords), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    samples: z.array(sample).max(maxSamples),
    events: events.optional(),
    loss: loss.optional(),
    bracket: z.strictObject({ absentAtMs: hostTimeMs.nullable(), presentAtMs: hostTimeMs }),
    readThroughMs: hostTimeMs.nullable(),
    verifiedWhole: z.boolean(),
  })
  .superRefine((batch, context) => {
    for (const fault of disagreements(batch)) context.addIssue(fault);
  });

/** What no single field can show: fields that do not fit each other. */
function disagreements(batch: Batch): string[] {
  const faults: string[] = [];
  if (batch.to < batch.from) faults.push('to lies before from');
  if (batch.base > batch.from) faults.push('base lies behind from');
  const [shortest, longest] = strides[batch.layout];
  if (batch.strideBytes < shortest || batch.strideBytes > longest) {
    faults.push('strideBytes is not the stride of layout');
  }
  const { userPins = [] } = batch;
  if (userPins.length > (batch.layout === 'zk8' ? batch.to - batch.from : 0)) {
    faults.push('userPins are more than the records can need');
  }
  if (userPins.some(([uid], at) => uid <= (userPins[at - 1]?.[0] ?? -1))) faults.push('userPins are not in order');
  if (!isBase64Of(batch.recordsBase64, (batch.to - batch.from) * batch.strideBytes)) {
    faults.push('recordsBase64 is not (to - from) * strideBytes bytes');
  }
  return faults;
}

/** True for the one canonical base64 text of `byteLength` bytes; other spellings of the same bytes are refused. */
function isBase64Of(text: string, byteLength: number): boolean {
  if (text.length !== Math.ceil(byteLength / 3) * 4) return false;
  const padding = (3 - (byteLength % 3)) % 3;
  if (!text.endsWith('='.repeat(padding))) return false;
  return /^[A-Za-z0-9+/]*$/.test(text.slice(0, text.length - padding));
}

/**
 * Untrusted job data as a batch, every field checked and bounded.
 *
 * @throws GerbangError BATCH_MALFORMED, naming the fields that are wrong but none of their values; BATCH_NEWER for what
 * only a newer version can have written
 */
export function parseBatch(data: unknown): Batch {
  const parsed = batchSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  if (isNewer(data, parsed.error.issues)) throw newer();
  const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || issue.message))];
  throw new GerbangError(
    'BATCH_MALFORMED',
    'A batch does not hold what a batch must hold, so nothing of it was stored. The terminal keeps its records and is read again.',
    { context: { fields: fields.slice(0, 10).join(', ') } },
  );
}

/**
 * What an older version cannot read is not damaged: it has a higher version number, or is right in all that is known here
 * and says something more. Leaving that out would lose it without a word, so it waits for somebody who can read it.
 */
function isNewer(data: unknown, issues: readonly z.core.$ZodIssue[]): boolean {
  const said = versioned.safeParse(data);
  if (said.success && said.data.version > 1) return true;
  return issues.every(({ code }) => code === 'unrecognized_keys');
}

const versioned = z.object({ version: z.int() });

function newer(): GerbangError {
  return new GerbangError(
    'BATCH_NEWER',
    'A batch was made by a newer Gerbang and waits for it; nothing is lost. Update this one when the other stays.',
  );
}

/**
 * A batch as job data, with exactly the fields of a batch.
 *
 * @throws GerbangError BATCH_MALFORMED when it could not be read back, or not be stored as jsonb
 */
export function batchToJobData(batch: Batch): Batch {
  return parseBatch(batch);
}

/**
 * The job's id: what it is about, for people, and the batch's own id, so that only a repeated add of the very same batch
 * is taken for one. Two polls that found nothing new carry different samples under the same ordinals.
 */
export function jobIdOf(batch: Batch): string {
  return `${batch.serial}-${batch.epoch}-${batch.from}-${batch.to}-${batch.batchId}`;
}
