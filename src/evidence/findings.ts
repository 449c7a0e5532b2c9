/** What a verification found: one entry per row that is not what it was. */

/** A row, or the place of one, that contradicts the chain. */
export interface Finding {
  readonly table: 'punch' | 'clock_sample' | 'clock_event' | 'log_epoch' | 'evidence_batch' | 'evidence_day';
  /**
   * `altered`: it is there and not as it was stored. `removed`: it is not there. `inserted`: no batch brought it.
   * `rewritten`: it fits what is stored now, and not the day's digest that was made then.
   */
  readonly what: 'altered' | 'removed' | 'inserted' | 'rewritten';
  readonly serial: string | null;
  readonly epoch: number | null;
  /** First and last ordinal. */
  readonly ordinals: readonly [number, number] | null;
  /** Instant of a sample, in milliseconds UTC. */
  readonly atMs: number | null;
  /** Identity of an event. */
  readonly identity: string | null;
  /** First and last number of batches. */
  readonly seqs: readonly [number, number] | null;
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string | null;
  /** How many rows it speaks of; their number only, where they cannot be named. */
  readonly rows: number;
}

/** Findings, as many as can be told; all are counted. */
export interface FindingList {
  readonly told: readonly Finding[];
  readonly count: number;
  add(finding: Partial<Finding> & Pick<Finding, 'table' | 'what'>): void;
  /** Whether one more would still be told: past that, nothing is searched for its name. */
  hasRoom(): boolean;
}

const maxTold = 1_000;
const nothing = { serial: null, epoch: null, ordinals: null, atMs: null, identity: null, seqs: null, day: null };

/** An empty list. Neighbouring ordinals with the same fate become one entry. */
export function createFindings(): FindingList {
  const told: Finding[] = [];
  let count = 0;
  return {
    told,
    get count() {
      return count;
    },
    add(given) {
      const finding: Finding = { ...nothing, rows: 1, ...given };
      count += finding.rows;
      const last = told.at(-1);
      const joined = last === undefined ? null : joinedWith(last, finding);
      if (joined !== null) told[told.length - 1] = joined;
      else if (told.length < maxTold) told.push(finding);
    },
    hasRoom: () => told.length < maxTold,
  };
}

function joinedWith(last: Finding, next: Finding): Finding | null {
  if (last.ordinals === null || next.ordinals === null || next.ordinals[0] !== last.ordinals[1] + 1) return null;
  const same = (['table', 'what', 'serial', 'epoch'] as const).every((key) => last[key] === next[key]);
  if (!same) return null;
  return { ...last, ordinals: [last.ordinals[0], next.ordinals[1]], rows: last.rows + next.rows };
}
