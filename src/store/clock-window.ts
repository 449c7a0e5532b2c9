/** What a model of a clock is built of around some records, in one round trip: ingest asks for it with every batch. */
import { type Kysely, sql } from 'kysely';
import type { ClockEvents } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import { eventsOf, type TimedEvent } from './clock-events.ts';
import { packedSamples, unpackSamples } from './clock-samples.ts';
import { instantText, readInstant } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** Records, and how much is wanted around them. */
export interface Around {
  /** The instants at which they begin and end, in milliseconds UTC. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** So many samples before the first and behind the last. */
  readonly before: number;
  readonly after: number;
  /** Of batches of evidence up to this one, with all from before there were any. */
  readonly throughSeq: number;
  /** Samples and events beyond these are left out, the oldest first. */
  readonly mostSamples: number;
  readonly mostEvents: number;
}

/** What was found. */
export interface ClockAround {
  /** The last instant that is left out at the beginning, and the last one taken at the end; infinite where there is less. */
  readonly samplesAfterMs: number;
  readonly samplesUntilMs: number;
  readonly samples: readonly ClockSample[];
  readonly events: ClockEvents;
}

interface AroundRow {
  readonly after: number;
  readonly until: number;
  readonly packed: Buffer | null;
  readonly events: readonly EventText[] | null;
}

/** An event in JSON, its instants as text. */
type EventText = Omit<TimedEvent, 'atMs' | 'untilMs' | 'absentAtMs'> & {
  readonly at: string;
  readonly until: string | null;
  readonly absent: string | null;
};

/** The samples and events that speak for records, and from when to when that is. Stored evidence never changes it. */
export async function readClockAround(db: Kysely<Tables>, serial: string, around: Around): Promise<ClockAround> {
  const { throughSeq, before, after } = around;
  // The bounds as values of their own, not joined: only so does the planner see that they cut a short piece of an index.
  const { rows } = await sql<AroundRow>`
    with bounds as materialized (
      select coalesce((select sampled_at from clock_sample
                       where terminal_serial = ${serial} and sampled_at <= ${instantText(around.firstMs)}::timestamptz
                         and (seq is null or seq <= ${throughSeq})
                       order by sampled_at desc offset ${before} limit 1), '-infinity') as after,
             coalesce((select sampled_at from clock_sample
                       where terminal_serial = ${serial} and sampled_at > ${instantText(around.lastMs)}::timestamptz
                         and (seq is null or seq <= ${throughSeq})
                       order by sampled_at offset ${after - 1} limit 1), 'infinity') as until
    )
    select after, until,
           (select ${packedSamples}
            from (select * from clock_sample
                  where terminal_serial = ${serial}
                    and sampled_at > (select after from bounds) and sampled_at <= (select until from bounds)
                    and (seq is null or seq <= ${throughSeq})
                  order by sampled_at desc
                  limit ${around.mostSamples}) as newest) as packed,
           (select json_agg(json_build_object('kind', kind, 'at', at::text, 'until', until::text,
                                              'absent', absent_at::text, 'operation', operation, 'byMs', by_ms,
                                              'deviceS', extract(epoch from device_time)::bigint)
                            order by at, identity)
            from (select * from clock_event
                  where terminal_serial = ${serial}
                    and at > (select after from bounds) and at <= (select until from bounds) and seq <= ${throughSeq}
                  order by at desc, identity desc
                  limit ${around.mostEvents}) as newest) as events
    from bounds`.execute(db);
  const [row] = rows;
  return {
    samplesAfterMs: row?.after ?? Number.NEGATIVE_INFINITY,
    samplesUntilMs: row?.until ?? Number.POSITIVE_INFINITY,
    samples: unpackSamples(row?.packed ?? null),
    events: eventsOf((row?.events ?? []).map(withInstants)),
  };
}

function withInstants({ at, until, absent, ...event }: EventText): TimedEvent {
  return {
    ...event,
    atMs: readInstant(at),
    untilMs: until === null ? null : readInstant(until),
    absentAtMs: absent === null ? null : readInstant(absent),
  };
}
