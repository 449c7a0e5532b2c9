/** Guards of rows 1 to 15 and 37 to 44: processes, servers, hosts, consumers. */
import type { Edit, RowPlant } from './plant.ts';

/** The two guards against what was read before somebody else took over: either is enough. */
const neitherFenceNorRepeat: readonly [Edit, Edit] = [
  [
    'src/punch/apply.ts',
    "if (input.storedFence !== null && batch.fence < input.storedFence) return { kind: 'fenced' };",
    '',
  ],
  [
    'src/punch/apply.ts',
    "if (batch.to < cursor.next || (batch.to === cursor.next && batch.from < batch.to)) return { kind: 'already' };",
    '',
  ],
];

const repeatContradicts: Edit = [
  'src/punch/apply.ts',
  "if (batch.to < cursor.next || (batch.to === cursor.next && batch.from < batch.to)) return { kind: 'already' };",
  "if (batch.from < cursor.next) return { kind: 'contradicts', why: 'records-differ' };",
];

const believedForEver: Edit = [
  'src/office/memory.ts',
  'if (monotonicMs - memory.waitingSinceMs > patienceMs) return',
  'if (monotonicMs - memory.waitingSinceMs > 1e12) return',
];

const notTriedAgain: Edit = [
  'src/queue/redis.ts',
  "const again = tries === 'once' ? () => null : backoffMs;",
  'const again = () => null;',
];

const nothingIsAway: Edit = [
  'src/store/store-error.ts',
  'return awayCodes.has(code) || awayClasses.test(code) || awayMessages.test(messageOf(error)) || isOutdatedPlan(error);',
  'return false;',
];

const ofProcesses: readonly RowPlant[] = [
  {
    row: 1,
    without: 'where a poll goes on is asked of the database',
    edits: [
      [
        'src/office/poll.ts',
        'else memory.log = withStored(memory.log, await means.store.readCursor(serial), means.time.nowMs());',
        'else memory.log = { ...memory.log, known: true };',
      ],
    ],
    says: /set aside|not within|I\d/,
  },
  {
    row: 2,
    without: 'a batch is stored in one transaction',
    edits: [['src/store/database.ts', "await client.query('begin', []);", "await client.query('select 1', []);"]],
    says: /I[14]/,
  },
  {
    row: 3,
    without: 'neither the fence nor the repeat of a batch is noticed',
    edits: neitherFenceNorRepeat,
    says: /I[124]|set aside/,
    patienceSeconds: 100,
  },
  {
    row: 4,
    without: 'neither the fence nor the repeat of a batch is noticed',
    edits: neitherFenceNorRepeat,
    says: /I[124]|set aside/,
    patienceSeconds: 100,
  },
];

const ofRedis: readonly RowPlant[] = [
  {
    row: 5,
    without: 'a lost connection to Redis is tried again',
    edits: [notTriedAgain],
    says: /something is under way|I1: \d+ punches, \d+ stored/,
    patienceSeconds: 75,
  },
  {
    row: 6,
    without: 'a batch that is never stored is not believed to be under way for ever',
    edits: [believedForEver],
    says: /I1: \d+ punches, \d+ stored/,
    patienceSeconds: 90,
  },
  {
    row: 7,
    without: 'a Redis that may throw keys away is refused',
    edits: [
      [
        'src/queue/redis.ts',
        "if (policy === undefined || policy === 'noeviction') return;",
        "if (policy !== '') return;",
      ],
    ],
    says: /such a Redis is refused/,
  },
  {
    row: 8,
    without: 'a lost connection to Redis is tried again',
    edits: [notTriedAgain],
    says: /something is under way|I1: \d+ punches, \d+ stored/,
    patienceSeconds: 75,
  },
];

const ofPostgres: readonly RowPlant[] = [
  {
    row: 9,
    without: 'a batch that is stored already is recognised',
    edits: [repeatContradicts],
    says: /set aside: BATCH_CONTRADICTS_STORED/,
  },
  {
    row: 10,
    without: 'a batch that is stored already is recognised',
    edits: [repeatContradicts],
    says: /set aside: BATCH_CONTRADICTS_STORED/,
  },
  {
    row: 11,
    without: 'it is told apart from other errors that the database cannot be used now',
    edits: [nothingIsAway],
    says: /the gateway says so/,
  },
  {
    row: 12,
    without: 'an error that passes is no reason to give a batch up',
    edits: [nothingIsAway, ['src/queue/attempts.ts', 'const maxTriesBroken = 12;', 'const maxTriesBroken = 0;']],
    says: /set aside: INTERNAL/,
  },
  {
    row: 13,
    without: 'a statement that is never answered is given up',
    edits: [['src/store/database.ts', 'query_timeout: 1.25 * statementTimeoutMs,', '']],
    says: /I[17]/,
    patienceSeconds: 150,
  },
];

const ofHosts: readonly RowPlant[] = [
  {
    row: 14,
    without: 'time never runs backwards in a session, and what was asked over a step is dropped',
    edits: [
      [
        'src/host-clock.ts',
        'nowMs: () => anchorMs + sources.monotonicMs(),',
        'nowMs: () => Math.min(anchorMs + sources.monotonicMs(), sources.wallMs()),',
      ],
      [
        'src/office/host-steps.ts',
        'return sleptMs > 0 || Math.abs(steppedMs) > noticedMs;',
        'return sleptMs > 0 && Math.abs(steppedMs) > 1e12;',
      ],
    ],
    says: /after the clock was set back in the middle of a question:\s+I1: \d+ punches, \d+ stored/,
    patienceSeconds: 90,
  },
  {
    row: 14,
    without: 'a step of the host is evidence of each terminal',
    edits: [
      ['src/office/host-steps.ts', 'if (Math.abs(steppedMs) <= noticedMs) return;', 'if (steppedMs !== 1e12) return;'],
    ],
    says: /the host's jump is laid on /,
    patienceSeconds: 90,
  },
  {
    row: 14,
    without: 'what was put back by the clock of an hour too late is put forward',
    edits: [['src/queue/clock-steps.ts', 'if (nowAheadMs < aheadOfMonotonicMs - stepMs) due = true;', '']],
    says: /what was put back is taken again/,
    patienceSeconds: 90,
  },
  {
    row: 15,
    without: 'a lease goes by the clock of the database',
    edits: [
      [
        'src/store/lease.ts',
        'where terminal_lease.expires_at <= now() or terminal_lease.holder = excluded.holder',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template
        'where terminal_lease.expires_at <= to_timestamp(${Date.now()}::float8 / 1000) or terminal_lease.holder = excluded.holder',
      ],
    ],
    says: /the lease of .+ was taken from a gateway that still held it/,
  },
  {
    row: 41,
    without: 'the last deadline of a stop',
    edits: [
      ['src/cli/lifetime.ts', 'setTimeout(() => process.exit(1), lastDeadlineMs).unref();', ''],
      ['src/queue/worker.ts', 'const closeTimeoutMs = 4_500;', 'const closeTimeoutMs = 1e9;'],
      ['src/queue/worker.ts', 'const farewellMs = 1_500;', 'const farewellMs = 1e9;'],
    ],
    says: /still there 60000 ms after SIGTERM/,
  },
  {
    row: 42,
    without: 'a log that cannot be written does not end the process',
    edits: [['src/cli/program.ts', "cli.stderr.on('error', () => undefined);", '']],
    says: /log|I1/,
  },
];

const ofOffices: readonly RowPlant[] = [
  {
    row: 37,
    without: 'a terminal hands over only so many batches at a time',
    edits: [
      [
        'src/office/handover.ts',
        'while (delivery.left() > 0 && memory.log.outstanding.length < batchesPerTerminal) {',
        'while (delivery.left() > 0) {',
      ],
    ],
    says: /waited/,
  },
  {
    row: 38,
    without: 'the cursor of a consumer moves when the broker has confirmed',
    edits: [
      [
        'src/mqtt/follow.ts',
        'await link.publishAll(page.rows.map(punchMessage));',
        'void link.publishAll(page.rows.map(punchMessage)).catch(() => undefined);',
      ],
    ],
    says: /I7: \d+ rows never arrived/,
  },
  {
    row: 38,
    without: 'a subscriber that reads nothing is dropped',
    edits: [['src/mqtt/broker.ts', 'drainTimeout: drainWithinMs,', 'drainTimeout: 0,']],
    says: /the reader has all of it/,
    patienceSeconds: 60,
  },
  {
    row: 39,
    without: 'a packet is judged by what it announces',
    edits: [['src/mqtt/broker.ts', 'if (fault === null) return;', 'if (fault !== null || fault === null) return;']],
    says: /memory grew|the stranger is cut off/,
  },
  {
    row: 39,
    without: 'only the gateway publishes',
    edits: [['src/mqtt/broker.ts', "return done(new Error('only the gateway publishes here'));", 'return done(null);']],
    says: /forged words reached a reader/,
  },
  {
    row: 40,
    without: 'a batch of a newer version is left for it',
    edits: [['src/queue/attempts.ts', 'const maxTriesNewer = 120;', 'const maxTriesNewer = 0;']],
    says: /set aside: BATCH_NEWER|the batch of a newer version was given up/,
  },
  {
    row: 43,
    without: 'the id of a row follows from its record alone',
    edits: [['src/store/told-row.ts', 'id: row.punchId,', "id: row.punchId + '-' + process.pid,"]],
    says: /I7: \d+ rows never arrived/,
  },
];

const atThePages: readonly RowPlant[] = [
  {
    row: 44,
    without: 'a form carries the token of the session it was made for',
    edits: [['src/web/access/guard-routes.ts', 'app.csrfProtection(request, reply, done);', 'done();']],
    says: /a form without its token/,
  },
  {
    row: 44,
    without: 'a session ends for everybody who has its cookie',
    edits: [['src/accounts/sign-in.ts', 'await endSession(db, secretHash(secret));', '']],
    says: /a session that was ended still opens a page/,
  },
  {
    row: 44,
    without: 'the server answers to its own names only',
    edits: [
      ['src/web/server.ts', 'if (!isOwnHost(request.headers.host, hostNames ?? [])) {', "if (hostNames?.[0] === '') {"],
    ],
    says: /another host's name/,
  },
  {
    row: 44,
    without: 'tries are counted by address',
    edits: [
      [
        'src/web/sign-in-routes.ts',
        "const guarded = { config: { needs: 'anyone', rateLimit: tries } } as const;",
        "const guarded = { config: { needs: 'anyone' } } as const;",
      ],
    ],
    says: /the sixtieth try of a minute/,
  },
  {
    row: 44,
    without: 'an address that is typed is judged before it is taken',
    edits: [
      [
        'src/setup/addresses.ts',
        "if (isIn(loopback)) return rules.allowLoopback ? null : 'loopback';",
        'if (isIn(loopback)) return null;',
      ],
    ],
    says: /127\.0\.0\.1 is taken from a form/,
  },
];

export const machinePlants: readonly RowPlant[] = [
  ...ofProcesses,
  ...ofRedis,
  ...ofPostgres,
  ...ofHosts,
  ...ofOffices,
  ...atThePages,
];
