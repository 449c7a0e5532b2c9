/** Photos and letters of a report, kept in the database with their digests. */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { storableText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A file that was checked and is ready to be kept. */
export interface CheckedProof {
  /** Cleaned; at most 120 characters. */
  readonly fileName: string;
  readonly mediaType: 'image/jpeg' | 'application/pdf';
  readonly content: Buffer;
  /** SHA-256 of the file as it was sent. */
  readonly receivedSha256: Buffer;
  readonly receivedBytes: number;
  /** Pixels; null for a letter. */
  readonly width: number | null;
  readonly height: number | null;
}

/** A proof without its content. */
export interface ProofRow {
  readonly proofId: string;
  readonly stepId: number;
  readonly fileName: string;
  readonly mediaType: CheckedProof['mediaType'];
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly receivedSha256: Buffer;
  readonly receivedBytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly addedMs: number;
}

/** Keeps files with the step that brought them. */
export async function addProofs(
  tx: Kysely<Tables>,
  step: { readonly number: number; readonly stepId: number },
  proofs: readonly CheckedProof[],
): Promise<void> {
  for (const proof of proofs) {
    const sha256 = createHash('sha256').update(proof.content).digest();
    await sql`
      insert into incident_proof (number, step_id, file_name, media_type, content, sha256, received_sha256, received_bytes,
                                  width, height)
      values (${step.number}, ${step.stepId}, ${storableText(proof.fileName)}, ${proof.mediaType}, ${proof.content},
              ${sha256}, ${proof.receivedSha256}, ${proof.receivedBytes}, ${proof.width}, ${proof.height})`.execute(tx);
  }
}

/** The proofs of a report, oldest first. */
export async function listProofs(db: Kysely<Tables>, number: number): Promise<readonly ProofRow[]> {
  const { rows } = await sql<ProofRow>`
    select proof_id as "proofId", step_id as "stepId", file_name as "fileName", media_type as "mediaType",
           octet_length(content) as bytes, sha256, received_sha256 as "receivedSha256", received_bytes as "receivedBytes",
           width, height, added_at as "addedMs"
    from incident_proof where number = ${number} order by step_id, added_at, proof_id limit 200`.execute(db);
  return rows;
}

/** One file of one report, or null. */
export async function readProof(
  db: Kysely<Tables>,
  number: number,
  proofId: string,
): Promise<(Pick<ProofRow, 'fileName' | 'mediaType'> & { readonly content: Buffer }) | null> {
  const { rows } = await sql<Pick<ProofRow, 'fileName' | 'mediaType'> & { readonly content: Buffer }>`
    select file_name as "fileName", media_type as "mediaType", content
    from incident_proof where number = ${number} and proof_id = ${proofId}::uuid`.execute(db);
  return rows[0] ?? null;
}

/** How many files a report holds: a bound for those who add more. */
export async function countProofs(db: Kysely<Tables>, number: number): Promise<number> {
  const { rows } = await sql<{ proofs: number }>`
    select count(*)::int as proofs from incident_proof where number = ${number}`.execute(db);
  return rows[0]?.proofs ?? 0;
}
