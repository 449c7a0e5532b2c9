/** The tables of migration 0005 as types. Meanings: docs/data.md, "Evidence that shows tampering". */
import type { ColumnType, Generated } from 'kysely';

type Bytes = ColumnType<Buffer, Uint8Array, never>;

export interface EvidenceTables {
  evidence_day: {
    /** `YYYY-MM-DD`, in UTC. */
    day: string;
    terminals: number;
    batches: number;
    content: Bytes;
    row_marks: Bytes;
    digest: Bytes;
    made_at: ColumnType<number, string | undefined, never>;
  };
  store_generation: {
    id: Generated<string>;
    created_at: ColumnType<number, string | undefined, never>;
    reason: 'created' | 'restored';
  };
}
