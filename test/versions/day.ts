/** A simulated stretch of polling as the batches a gateway would have queued, in the order they would have been applied. */
import type { ClockSample } from '../../src/clock/sample.ts';
import type { Batch } from '../../src/punch/batch.ts';
import type { World } from '../clock/truth.ts';
import { batchOf, record } from '../ingest/batches.ts';

/** What a terminal's clock showed, as `record` takes it. */
export function shown(deviceMs: number): string {
  return new Date(deviceMs).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * One batch for each read that found records and one for each other sample, each with the samples taken up to then. The
 * sample that follows a read comes with the next batch, as it does from a gateway.
 */
export function batchesOf(serial: string, { evidence }: World): Batch[] {
  const { samples, sets, operations, hostSteps, records } = evidence;
  const log = new Map<number, Buffer[]>();
  const batches: Batch[] = [];
  let [sampled, fromMs, epoch] = [0, Number.NEGATIVE_INFINITY, 0];
  const taken = (untilMs: number): Pick<Batch, 'samples' | 'events'> => {
    const until = samples.findIndex(({ receivedAtMs }) => receivedAtMs > untilMs);
    const news: ClockSample[] = samples.slice(sampled, until < 0 ? samples.length : Math.max(until, sampled));
    sampled += news.length;
    const isNew = (atMs: number): boolean => atMs > fromMs && atMs <= untilMs;
    const events = {
      sets: sets.filter(({ receivedAtMs }) => isNew(receivedAtMs)),
      operations: operations.filter(({ presentAtMs }) => isNew(presentAtMs)),
      hostSteps: hostSteps.filter(({ atMs }) => isNew(atMs)),
    };
    fromMs = untilMs;
    return { samples: news, events };
  };
  const quiet = (untilMs: number): void => {
    const lines = log.get(epoch);
    const news = taken(untilMs);
    if (lines === undefined || news.samples.length === 0) return;
    const from = lines.length;
    const bracket = { absentAtMs: null, presentAtMs: untilMs };
    batches.push({ ...batchOf(serial, lines, { from, epoch, bracket, readThroughMs: null }), ...news });
  };
  for (let at = 0; at < records.length; ) {
    const first = records[at];
    if (first === undefined) break;
    const read = records.slice(at).filter((one) => one.epoch === first.epoch && one.presentAtMs === first.presentAtMs);
    at += read.length;
    // Between two reads there are polls that find nothing.
    const polls = samples.filter(
      ({ receivedAtMs, kind }) =>
        receivedAtMs > fromMs && receivedAtMs < first.presentAtMs - 60_000 && kind === 'hourly',
    );
    for (const poll of polls.filter((_, index) => index % 8 === 7)) quiet(poll.receivedAtMs);
    const lines = log.get(first.epoch) ?? [];
    const from = lines.length;
    for (const { deviceMs, ordinal } of read) lines.push(record(shown(deviceMs ?? 0), String(1_000 + ordinal)));
    log.set(first.epoch, lines);
    const opens =
      first.epoch > epoch && first.epoch > 1
        ? { reason: 'log-cleared' as const, priorEpoch: epoch, priorNext: log.get(epoch)?.length ?? 0 }
        : undefined;
    epoch = first.epoch;
    const { absentAtMs, presentAtMs } = first;
    const bracket = { absentAtMs, presentAtMs };
    const given = { from, epoch, bracket, readThroughMs: null, ...(opens === undefined ? {} : { opens }) };
    batches.push({ ...batchOf(serial, lines, given), ...taken(presentAtMs) });
  }
  quiet(samples.at(-1)?.receivedAtMs ?? 0);
  return batches;
}
