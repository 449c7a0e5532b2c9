/**
 * How complete days are, and what is gone from logs, as retained messages: whoever subscribes is told at once, and told
 * again when a number that was given for a day is no longer right.
 *
 * Says what changed since the broker confirmed what was said before. Days leave after five weeks, gaps with them.
 */
import { type CompletenessRow, readCompletenessChanges } from '../store/completeness.ts';
import type { Database } from '../store/database.ts';
import { type GapRow, readGaps } from '../store/gaps.ts';
import type { OutgoingMessage } from './link.ts';
import { clearedMessage } from './messages.ts';
import { completenessTopic, gapTopic } from './topics.ts';

/** What is retained about days and gaps. */
export interface CompletenessTopics {
  /** Says what is new; what was confirmed is not said again. @throws GerbangError MQTT_UNAVAILABLE, STORE_UNAVAILABLE */
  publish(send: (messages: readonly OutgoingMessage[]) => Promise<void>): Promise<void>;
  /** A broker that was away may have forgotten everything. */
  forget(): void;
}

/** Days that are retained, today among them. */
const retainedDays = 35;
/** Days before them that are cleared after a connection: a gateway that was away for two months leaves some behind. */
const clearedDays = 62;
/** Messages sent at one time. */
const messagesAtOnce = 500;
/** Of one machine, the newest. */
const gapsPerTerminal = 10;
const dayMs = 86_400_000;

/** @param nowMs host time in milliseconds UTC */
export function createCompletenessTopics({ db }: Database, nowMs: () => number): CompletenessTopics {
  let change = 0;
  let oldest: string | null = null;
  const gapsSaid = new Map<string, string>();

  async function publishDays(send: (messages: readonly OutgoingMessage[]) => Promise<void>): Promise<void> {
    const first = dayText(nowMs() - (retainedDays - 1) * dayMs);
    if (oldest !== first) {
      await clearDays(send, oldest ?? dayText(Date.parse(first) - clearedDays * dayMs), first);
      oldest = first;
    }
    for (;;) {
      const rows = await readCompletenessChanges(db, { afterChange: change, fromDay: first, limit: messagesAtOnce });
      const last = rows.at(-1);
      if (last === undefined) return;
      await send(rows.map(dayMessage));
      change = last.change;
    }
  }

  /** Days before `toDay` are taken away. A day whose row was never published is cleared all the same: nobody notices. */
  async function clearDays(
    send: (messages: readonly OutgoingMessage[]) => Promise<void>,
    fromDay: string,
    toDay: string,
  ): Promise<void> {
    let after = 0;
    for (;;) {
      const rows = await readCompletenessChanges(db, { afterChange: after, fromDay, limit: messagesAtOnce });
      const last = rows.at(-1);
      if (last === undefined) return;
      const gone = rows.filter(({ day }) => day < toDay);
      if (gone.length > 0) await send(gone.map((row) => clearedMessage(completenessTopic(row.officeCode, row.day))));
      after = last.change;
    }
  }

  async function publishGaps(send: (messages: readonly OutgoingMessage[]) => Promise<void>): Promise<void> {
    const gaps = await readGaps(db, { foundSinceMs: nowMs() - retainedDays * dayMs });
    const said = new Map(gapMessages(gaps).map((message) => [message.topic, message]));
    const gone = [...gapsSaid.keys()].filter((topic) => !said.has(topic)).map(clearedMessage);
    const news = [...said.values(), ...gone].filter(({ topic, payload }) => gapsSaid.get(topic) !== payload);
    for (let at = 0; at < news.length; at += messagesAtOnce) {
      const page = news.slice(at, at + messagesAtOnce);
      await send(page);
      for (const { topic, payload } of page) gapsSaid.set(topic, payload);
    }
    for (const { topic } of gone) gapsSaid.delete(topic);
  }

  return {
    async publish(send) {
      await publishDays(send);
      await publishGaps(send);
    },
    forget() {
      change = 0;
      oldest = null;
      gapsSaid.clear();
    },
  };
}

function dayMessage(row: CompletenessRow): OutgoingMessage {
  const payload = {
    office: row.officeCode,
    day: row.day,
    state: row.state,
    reasons: row.reasons,
    records: row.records,
    notFinal: row.notFinal,
    afterClose: row.afterClose,
    terminals: row.terminals,
    terminalsRead: row.terminalsRead,
    gaps: row.gaps,
    revision: row.revision,
    computedAt: isoOf(row.computedAtMs),
  };
  return { topic: completenessTopic(row.officeCode, row.day), payload: JSON.stringify(payload), retain: true };
}

/** One message per machine, with its newest gaps: a message each would make the older ones disappear. */
function gapMessages(gaps: readonly GapRow[]): readonly OutgoingMessage[] {
  const byTopic = new Map<string, GapRow[]>();
  for (const gap of gaps) {
    const topic = gapTopic(gap.officeCode, gap.serial);
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), gap].slice(0, gapsPerTerminal));
  }
  return [...byTopic].map(([topic, rows]) => ({ topic, payload: JSON.stringify(gapPayload(rows)), retain: true }));
}

function gapPayload(rows: readonly GapRow[]) {
  const [newest] = rows;
  return {
    office: newest?.officeCode ?? '',
    terminal: newest?.serial ?? '',
    terminalName: newest?.terminalName ?? '',
    gaps: rows.map((gap) => ({
      kind: gap.kind,
      atLeast: gap.atLeast,
      atMost: gap.atMost,
      ground: gap.ground,
      since: isoOf(gap.sinceMs),
      until: isoOf(gap.untilMs),
      stored: gap.stored,
      counted: gap.counted,
      found: gap.found,
      foundAt: isoOf(gap.foundAtMs),
      reachedAt: gap.reachedAtMs === null ? null : isoOf(gap.reachedAtMs),
    })),
  };
}

function isoOf(atMs: number): string | null {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : null;
}

/** A day in UTC: one more or less at the old end of five weeks matters to nobody. */
function dayText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
