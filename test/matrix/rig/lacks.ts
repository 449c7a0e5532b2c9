/** What rows need that a machine may not have, and how to get it: a part that is left out is no use to whoever cannot tell why. */
import { redisMissing } from '../../tools/redis.ts';

/** The last commit of schema 10, before migration 0011: the older version of row 40. */
export const olderCommit = 'fee8741';

export const lacks = {
  redis: redisMissing,
  compiler: 'needs gcc, to move the clock of one process: apt-get install gcc libc6-dev',
  prlimit: 'needs prlimit, to take room and descriptors from one process: apt-get install util-linux',
  strace: 'needs strace, to let fsync fail: apt-get install strace',
  tracing: 'needs the right to trace a process: run as root; in a container, start it with --cap-add SYS_PTRACE',
  mounting:
    'needs the right to mount a file system of 160 MiB: run as root, apt-get install mount; in a container, start it with --cap-add SYS_ADMIN',
  history: `needs the history of the clone back to ${olderCommit}: git fetch --unshallow`,
} as const;
