/**
 * Files of a form that had to be shown again: kept for a while, so that nobody has to choose a photo twice because a day was
 * missing. Bounded, in memory, and only for whoever sent them.
 */
import { randomBytes } from 'node:crypto';
import type { CheckedProof } from '../../store/incident-proofs.ts';

const heldForMs = 30 * 60_000;
const maxHeldBytes = 64 * 1024 * 1024;

interface Held {
  readonly actor: string;
  readonly proofs: readonly CheckedProof[];
  readonly bytes: number;
  readonly atMs: number;
}

export interface HeldProofs {
  /** Keeps files; empty text for none. */
  hold(actor: string, proofs: readonly CheckedProof[], nowMs: number): string;
  /** What is held under this key for this person. */
  find(actor: string, key: string, nowMs: number): readonly CheckedProof[];
  /** They are stored now. */
  drop(key: string): void;
}

export function createHeldProofs(): HeldProofs {
  const held = new Map<string, Held>();
  const makeRoom = (bytes: number, nowMs: number): void => {
    let sum = bytes;
    for (const entry of held.values()) sum += entry.bytes;
    for (const [key, entry] of held) {
      if (nowMs - entry.atMs <= heldForMs && sum <= maxHeldBytes) continue;
      held.delete(key);
      sum -= entry.bytes;
    }
  };
  return {
    hold(actor, proofs, nowMs) {
      if (proofs.length === 0) return '';
      const bytes = proofs.reduce((sum, { content }) => sum + content.length, 0);
      makeRoom(bytes, nowMs);
      const key = randomBytes(18).toString('base64url');
      held.set(key, { actor, proofs, bytes, atMs: nowMs });
      return key;
    },
    find(actor, key, nowMs) {
      const entry = held.get(key);
      return entry !== undefined && entry.actor === actor && nowMs - entry.atMs <= heldForMs ? entry.proofs : [];
    },
    drop: (key) => void held.delete(key),
  };
}
