/** The state board with its numbers told to Prometheus as well. */
import type { Place } from '../office/identity.ts';
import type { StateBoard } from '../office/states.ts';
import type { MetricPlace, Metrics } from '../web/metrics.ts';

/** Passes everything on and counts it. */
export function measured(board: StateBoard, metrics: Metrics): StateBoard {
  return {
    add: board.add,
    remove: board.remove,
    see(place, sighting) {
      board.see(place, sighting);
      const { offset, readThroughMs } = sighting;
      if (readThroughMs !== undefined) metrics.readAt(labelsOf(place), readThroughMs);
      if (offset === undefined) return;
      const { earliestMs, latestMs } = offset.interval;
      const offsetMs = (earliestMs + latestMs) / 2 - offset.zoneOffsetMs;
      metrics.clockOffset(labelsOf(place), offsetMs, (latestMs - earliestMs) / 2);
    },
    end(place, result, utcMs, durationMs, lateMs = 0) {
      board.end(place, result, utcMs, durationMs, lateMs);
      metrics.pollLate(lateMs);
      metrics.pollEnded(labelsOf(place), durationMs, result.end === 'done' ? null : (result.error?.code ?? null));
    },
    snapshot: board.snapshot,
    close: board.close,
  };
}

function labelsOf({ officeCode, terminalName }: Place): MetricPlace {
  return { office: officeCode, terminal: terminalName };
}
