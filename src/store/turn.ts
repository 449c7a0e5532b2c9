/** Of several gateways on one database one publishes at a time, or rows of one terminal could overtake each other. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { acquireLease, releaseLease, renewLease } from '../store/lease.ts';

/** The right to publish. */
export interface Turn {
  /** Takes or keeps it. False while another gateway has it. */
  take(): Promise<boolean>;
  /** Gives it back, so that another gateway need not wait. Never throws. */
  release(): Promise<void>;
}

const key = 'mqtt-publisher';
/** Longer than the broker may take to confirm one page of rows. */
const ttlMs = 60_000;

/** @param database where the turn is kept */
export function createTurn(database: Database): Turn {
  const holder = randomUUID();
  let fence: number | null = null;
  return {
    async take() {
      if (fence !== null && (await renewLease(database.db, { key, holder, fence, ttlMs }))) return true;
      fence = null;
      const answer = await acquireLease(database.db, { key, holder, ttlMs });
      if ('heldBy' in answer) return false;
      fence = answer.fence;
      return true;
    },
    async release() {
      if (fence !== null) await releaseLease(database.db, { key, holder, fence }).catch(() => {});
      fence = null;
    },
  };
}
