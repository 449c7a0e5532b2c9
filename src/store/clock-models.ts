/**
 * Versions of the models of terminals' clocks. A version is immutable and names exactly its evidence, so that anybody can
 * build it again (docs/data.md, `clock_model`).
 */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { RecordEvidence } from '../clock/model-types.ts';
import { instantText } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables } from './tables.ts';

/** Which evidence a model is built of. Immutable evidence and immutable bounds: it always holds the same. */
export interface ModelWindow {
  readonly serial: string;
  /** Samples and events of batches of evidence up to this one, with all from before there were any. */
  readonly throughSeq: number;
  /** Samples asked, and events known, later than this; milliseconds UTC, `-Infinity` for no limit. */
  readonly samplesAfterMs: number;
  /** … and not later than this; `Infinity` for no limit. */
  readonly samplesUntilMs: number;
  /** Records of one epoch: ordinals `from` (included) to `to` (excluded). */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** IANA zone of the office. */
  readonly zone: string;
}

/** A stored version. */
export interface StoredModel {
  readonly window: ModelWindow;
  readonly version: number;
  /** Milliseconds UTC. */
  readonly builtAtMs: number;
  readonly codeVersion: string;
  /** Fingerprint of its evidence as of `modelDigest`, 64 hexadecimal digits. */
  readonly digest: string;
}

/**
 * Stores the next version of a terminal's model. The caller holds the terminal's lock.
 *
 * @returns its number: 1 for the first, counting up per terminal
 */
export async function insertModel(
  tx: Kysely<Tables>,
  window: ModelWindow,
  built: { readonly codeVersion: string; readonly digest: string },
): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    insert into clock_model (terminal_serial, version, code_version, digest, through_seq, samples_after, samples_until,
                             epoch, from_ordinal, to_ordinal, time_zone)
    select ${window.serial}::text,
           coalesce((select max(version) from clock_model where terminal_serial = ${window.serial}), 0) + 1,
           ${built.codeVersion}, decode(${built.digest}, 'hex'), ${window.throughSeq},
           ${instantText(window.samplesAfterMs)}::timestamptz, ${instantText(window.samplesUntilMs)}::timestamptz,
           ${window.epoch}, ${window.from}, ${window.to}, ${window.zone}
    returning version`.execute(tx);
  return rows[0]?.version ?? 0;
}

/** A version of a terminal's model; null when there is none of that number. */
export async function readModel(db: Kysely<Tables>, serial: string, version: number): Promise<StoredModel | null> {
  const row = await db
    .selectFrom('clock_model')
    .selectAll()
    .where('terminal_serial', '=', serial)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** The newest batch of evidence of a terminal; 0 when none was numbered yet. */
export async function readLastSeq(db: Kysely<Tables>, serial: string): Promise<number> {
  const row = await db
    .selectFrom('evidence_batch')
    .select('seq')
    .where('terminal_serial', '=', serial)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** What the records of a range say about time, in ordinal order. The caller bounds the range. */
export async function readRecordEvidence(db: Kysely<Tables>, range: LogRange): Promise<RecordEvidence[]> {
  const { rows } = await sql<Omit<RecordEvidence, 'epoch'>>`
    select ordinal, (extract(epoch from device_time) * 1000)::bigint as "deviceMs", absent_at as "absentAtMs",
           received_at as "presentAtMs"
    from punch
    where terminal_serial = ${range.serial} and epoch = ${range.epoch}
      and ordinal >= ${range.from} and ordinal < ${range.to}
    order by ordinal`.execute(db);
  return rows.map((row) => ({ epoch: range.epoch, ...row }));
}

function toStored(row: Selectable<Tables['clock_model']>): StoredModel {
  return {
    window: {
      serial: row.terminal_serial,
      throughSeq: row.through_seq,
      samplesAfterMs: row.samples_after,
      samplesUntilMs: row.samples_until,
      epoch: row.epoch,
      from: row.from_ordinal,
      to: row.to_ordinal,
      zone: row.time_zone,
    },
    version: row.version,
    builtAtMs: row.built_at,
    codeVersion: row.code_version,
    digest: row.digest.toString('hex'),
  };
}
