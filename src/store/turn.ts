/** Of several gateways on one database one at a time delivers to a consumer, or rows of one terminal could overtake. */
import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { acquireLease, releaseLease, renewLease } from './lease.ts';

/** The right to deliver. A courtesy between gateways: what keeps cursors right is that they move only from where they stood. */
export interface Turn {
  /** Takes or keeps it. False while another gateway has it. */
  take(): Promise<boolean>;
  /** Gives it back, so that another gateway need not wait. Never throws. */
  release(): Promise<void>;
}

/** A gateway that dies is followed by another after so long. */
const ttlMs = 20_000;

/**
 * @param database where the turn is kept
 * @param consumer whom to deliver to
 */
export function createTurn(database: Database, consumer: string): Turn {
  const holder = randomUUID();
  const key = `consumer ${consumer}`;
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
