import { z } from 'zod';

/**
 * How a terminal behaves when nothing is wrong with it: firmware families differ in all of these. A profile sets some,
 * a scenario others, and a test may turn any of them while the terminal runs.
 */
export const knobsSchema = z.strictObject({
  /** 0 = none asked for. */
  commKey: z.int().min(0).max(999_999).default(0),
  /** Some units ask for a key although theirs is 0. */
  asksForKeyZero: z.boolean().default(false),
  /** Wrong keys after which AUTH is answered by 2032; 0 = never. */
  authLockAfter: z.int().min(0).default(0),
  /** CONNECT is answered by 6001, as encrypted firmware does. */
  secure: z.boolean().default(false),
  /** Id of the first session; by default the low 16 bits of the clock's seconds. */
  firstSessionId: z.int().min(1).max(65535).optional(),
  /** Payload of every DATA frame but the last. */
  blockBytes: z.int().min(1).max(16_777_216).default(65_528),
  /** Pause before every DATA frame. */
  blockPauseMs: z.number().min(0).max(60_000).default(0),
  /** What preparing a read costs the terminal, per 1000 records. */
  prepareDelayMsPer1000: z.number().min(0).max(60_000).default(0),
  /** Simulated round trip, and how much it varies from request to request. */
  rttMs: z.number().min(0).max(60_000).default(0),
  rttJitterMs: z.number().min(0).max(60_000).default(0),
  /** Whether data up to 1024 bytes comes without PREPARE_DATA. */
  inline: z.enum(['up-to-1024', 'never', 'prepare-only', 'read-only']).default('up-to-1024'),
  /** What 1503 answers when the data is not inline: OK with sizes, or PREPARE_DATA. */
  prepareAnswer: z.enum(['ok', 'prepare-data']).default('ok'),
  /** PREPARE_DATA is sent twice in front of a transfer. */
  preparesTwice: z.boolean().default(false),
  /** Session field of the OK that closes a buffered transfer. */
  closingSession: z.enum(['session', 'last-index', 'size']).default('session'),
  /** An empty log: 2001, or a dataset that is only its prefix. */
  emptyLog: z.enum(['error', 'bare-prefix']).default('error'),
  /** False: 1504 with an offset beyond the prefix answers 2001 unless it goes on where the last chunk ended. */
  tailReads: z.boolean().default(true),
  /** False: 1504 is refused altogether, as WL-series units do. */
  bufferedReads: z.boolean().default(true),
  /** True: 1504 reads the live log, not a copy made at 1503. */
  readsLive: z.boolean().default(false),
  /** Which ways of reading a span of time the terminal knows; unknown ones are ignored (1503) or unknown (10004). */
  timeFilter: z.enum(['none', 'start-time', 'range', 'both']).default('none'),
  /** What a second TCP client meets while the first is there. */
  secondClient: z.enum(['served', 'refused', 'hangs', 'reset']).default('served'),
  /** A connection that sends nothing stops the whole terminal for up to this long. */
  bareConnectFreezeMs: z.int().min(0).max(60_000).default(0),
  /** The first 8 bytes of a connection must come in one piece, or it is never served. */
  wholeFirstPrefix: z.boolean().default(false),
  /** A reply id below the last one: dropped in silence, or served by lenient firmware. */
  lowerReplyId: z.enum(['silence', 'served']).default('silence'),
  /** Whether ids may start again from the bottom after 65535. */
  replyIdWraps: z.boolean().default(true),
  /** Live events: none, sent once, or kept until acknowledged and sent again every `eventResendMs`. */
  events: z.enum(['none', 'once', 'until-acknowledged']).default('once'),
  eventResendMs: z.int().min(1).max(600_000).default(3_000),
  /** Payload bytes of an attendance event. */
  eventBytes: z.literal([10, 12, 14, 32, 36, 37, 52]).default(32),
  /** Events come after CONNECT although nobody registered, as from a client before this one. */
  unaskedEvents: z.boolean().default(false),
  /** Preparing a read answers at once with no more than this much of the data, and nothing else can be had. */
  onlyFirstBytes: z.int().min(4).max(65_535).optional(),
  /** The record counter says 0 whatever the log holds. */
  hidesRecordCount: z.boolean().default(false),
  /** Whether there is an operation log: it can be read; it is counted, but reading it is unknown; there is none. */
  operationLog: z.enum(['served', 'unreadable', 'none']).default('served'),
  /** The time with which a set of the clock is written down: nobody has documented which. */
  timeSetStamp: z.enum(['new', 'old']).default('new'),
  /** GET_TIME answers from a clock face refreshed only this often; 0 = always fresh. */
  timeCachedMs: z.int().min(0).max(60_000).default(0),
});

export type KnobOptions = z.input<typeof knobsSchema>;
export type Knobs = z.output<typeof knobsSchema>;
