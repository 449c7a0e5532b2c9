/** Rows stored for consumers to be told, in transactions that commit when the test says so. */
import type { Database } from '../../../src/store/database.ts';
import { putPunchesIn, type RowOffice } from '../../tools/board-rows.ts';

export const dinkes: RowOffice = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
export const kominfo: RowOffice = { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Jakarta' };

/** 2 March 2026, 07:31:04 in Jakarta. */
export const morningMs = Date.UTC(2026, 2, 2, 0, 31, 4);

/** A transaction whose rows are written and which is not committed yet. */
export interface OpenRows {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Stores `count` rows of a terminal and commits. */
export async function storeRows(
  database: Database,
  serial: string,
  count: number,
  office: RowOffice = dinkes,
): Promise<void> {
  await (await openRows(database, serial, count, office)).commit();
}

/** Stores `count` rows of a terminal in a transaction of its own connection, left open. */
export async function openRows(
  database: Database,
  serial: string,
  count: number,
  office: RowOffice = dinkes,
): Promise<OpenRows> {
  let written = (): void => {};
  let failed = (_error: unknown): void => {};
  const isWritten = new Promise<void>((resolve, reject) => {
    written = resolve;
    failed = reject;
  });
  let decide = (_commit: boolean): void => {};
  const decided = new Promise<boolean>((resolve) => {
    decide = resolve;
  });
  const done = database.db
    .transaction()
    .execute(async (tx) => {
      const punches = Array.from({ length: count }, (_, index) => ({ atMs: morningMs, pin: String(index) }));
      await putPunchesIn(tx, { office, serial, terminalName: `at ${serial}` }, punches, morningMs);
      written();
      if (!(await decided)) throw new Error('rolled back');
    })
    .catch((error: unknown) => {
      failed(error);
      if (!(error instanceof Error && error.message === 'rolled back')) throw error;
    });
  await isWritten;
  return {
    async commit() {
      decide(true);
      await done;
    },
    async rollback() {
      decide(false);
      await done;
    },
  };
}

/** `S-1-0`, `S-1-1`, … as `punch_id` has them. */
export function idsOf(serial: string, count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${serial}-1-${from + index}`);
}
