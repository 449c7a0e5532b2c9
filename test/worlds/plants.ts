/** Mistakes in the rules, as literal replacements, and what the first world that meets them says. */

export interface Plant {
  readonly name: string;
  readonly file: string;
  /** Text that must stand exactly once in its file, and what it is replaced by. */
  readonly from: string;
  readonly to: string;
  /** A seed whose world meets it, or one shortly before such a seed. */
  readonly seed: number;
  /** Part of what is broken. */
  readonly says: string;
}

export const plants: readonly Plant[] = [
  {
    name: 'the end of a log is not compared with what is stored',
    file: 'src/punch/alignment.ts',
    from: `  if (!sameBytes(sliceRecords(read.bytes, read.strideBytes, 0, overlap), expected)) {
    return unprovable('overlap-differs');
  }
`,
    to: '',
    seed: 9,
    says: 'stands 1 times on the terminal and is stored 0 times',
  },
  {
    name: 'one equal record proves where a log goes on',
    file: 'src/punch/shift.ts',
    from: 'return Math.min(8, Math.max(2, Math.ceil(storedRecords / 2)));',
    to: 'return 1;',
    seed: 8,
    says: 'stored',
  },
  {
    name: 'a batch that overlaps what is stored skips one record too few',
    file: 'src/punch/apply.ts',
    from: 'const skip = cursor.next - batch.from;',
    to: 'const skip = Math.max(0, cursor.next - batch.from - 1);',
    seed: 73,
    says: 'cursor at',
  },
  {
    name: 'what was enqueued is taken for stored, for ever',
    file: 'src/office/memory.ts',
    from: 'if (monotonicMs - memory.waitingSinceMs > patienceMs) return',
    to: 'if (monotonicMs - memory.waitingSinceMs > 1e12) return',
    seed: 37,
    says: 'stands 1 times on the terminal and is stored 0 times',
  },
  {
    name: 'a log is said to be read up to when its last byte came',
    file: 'src/office/batches.ts',
    from: 'readThroughMs: slice.endsRead ? Math.floor(read.preparedAtMs) : null',
    to: 'readThroughMs: slice.endsRead ? Math.floor(read.completedAtMs) + 60_000 : null',
    seed: 4,
    says: 'read through',
  },
  {
    name: 'a full ring is read to its end because its counter stands still',
    file: 'src/office/poll.ts',
    from: "if (found.kind === 'unchanged' && !memory.read.ringFull) noteEnd",
    to: "if (found.kind === 'unchanged') noteEnd",
    seed: 71,
    says: 'read through',
  },
  {
    name: 'another machine is taken for the one that stood there',
    file: 'src/office/identity.ts',
    from: 'if (expected !== null && reported !== expected) {',
    to: "if (expected === '') {",
    seed: 1,
    says: 'read through',
  },
  {
    name: 'a time that fits more than one clock is final',
    file: 'src/clock/correct.ts',
    from: "if (fits.length > 1) return settle(found, fits, 'ambiguous', 'step-two-candidates');",
    to: "if (fits.length > 1) return alone(found, fit, 'final', 'step-two-candidates');",
    seed: 1,
    says: 'made at .*, final ',
  },
  {
    name: 'what was counted and read all the same counts as lost',
    file: 'src/punch/loss.ts',
    from: 'const atLeast = Math.max(0, counted - (read.totalRecords - place.records));',
    to: 'const atLeast = counted;',
    seed: 17,
    says: 'said to be lost',
  },
  {
    name: 'a lease that somebody else has taken is still believed in',
    file: 'src/office/lease-keeper.ts',
    from: 'else if (held.get(lease.key) === lease && held.delete(lease.key)) lose(lease.key, leasedElsewhere(lease.key));',
    to: '',
    seed: 3,
    says: 'talks to it, and .* has the lease',
  },
];
