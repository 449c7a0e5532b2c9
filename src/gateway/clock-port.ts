/** Lets the page ask for clocks and explanations without knowing where evidence comes from. */
import { clockChart } from '../explain/clock-chart.ts';
import { watchClock, watchFleet } from '../ingest/clock-watch.ts';
import { explainPunch } from '../ingest/explanation.ts';
import type { Database } from '../store/database.ts';
import type { ClockPort } from '../web/clock-desk.ts';

/** @param nowMs host time in milliseconds UTC */
export function clockPort({ db }: Database, nowMs: () => number): ClockPort {
  return {
    explain: (punchId) => explainPunch(db, punchId),
    fleet: () => watchFleet(db, { nowMs: nowMs() }),
    async clock(serial, days) {
      const watched = await watchClock(db, serial, { nowMs: nowMs(), days });
      if (watched === null) return null;
      const { clock, evidence, model, fromMs, untilMs, bins, punchBins, uncertain } = watched;
      const chart = clockChart(evidence, model, { fromMs, untilMs, bins, timeZone: clock.timeZone });
      return { clock, chart, bins, punches: punchBins, uncertain };
    },
  };
}
