/** The first thing read: how much today, how complete, how old. */
import type { Board, PaceOf } from '../board.ts';
import { clockTime, count, longDay, timeTag, zoneLabel } from '../format.ts';
import { type Html, html } from '../html.ts';
import { freshWithinMs, marksBySeverity } from '../mark.ts';
import type { Words } from '../words.ts';
import { type DayShape, type HourWindow, histogram, hourAxis } from './histogram.ts';
import { markShape } from './mark-view.ts';
import { shapeOf } from './office-view.ts';

/** The zone in which the page itself speaks: that of most offices. */
export function mainZone(board: Board): string {
  const tally = new Map<string, number>();
  for (const { timeZone } of board.offices) tally.set(timeZone, (tally.get(timeZone) ?? 0) + 1);
  const [first] = [...tally].sort((a, b) => b[1] - a[1]);
  return first?.[0] ?? 'Asia/Jakarta';
}

/** Totals of all offices. */
export function summary(board: Board, hours: HourWindow, words: Words): Html {
  const { offices, readAtMs } = board;
  const zone = mainZone(board);
  const machines = offices.flatMap((office) => office.machines);
  const fresh = offices.reduce((sum, office) => sum + office.fresh, 0);
  const reads = offices.flatMap((office) => (office.updatedMs === null ? [] : [office.updatedMs]));
  const complete = machines.length > 0 && fresh === machines.length;
  const sum = (of: 'punches' | 'pins' | 'uncertain'): number =>
    offices.reduce((total, office) => total + office[of], 0);
  const uncertain = sum('uncertain');
  return html`<section class="summary" id="ringkasan" aria-label="${words.today}">
<p class="total"><b>${count(sum('punches'), words)}</b> <span>${words.unit.punches(sum('punches'))} ${words.today}</span><span class="people" title="${words.pinsHint}">${words.byPeople} ${count(sum('pins'), words)} ${words.unit.people(sum('pins'))}</span>${
    uncertain > 0 &&
    html`<small class="clock" title="${words.uncertainHint}">${words.uncertain(count(uncertain, words))}</small>`
  }</p>
<p class="whole"><b class="verdict${!complete && ' partial'}">${complete ? words.complete : words.incomplete}</b> <span>${words.machinesOf(count(fresh, words), count(machines.length, words))}</span><progress max="${Math.max(1, machines.length)}" value="${fresh}" aria-hidden="true"></progress><small>${
    reads.length === 0
      ? words.neverUpdated
      : html`${words.updated} ${timeTag(Math.max(...reads), zone, words, readAtMs)}`
  }</small></p>
<ul class="tallies" aria-label="${words.legend}">${marksBySeverity.map((mark) => {
    const n = machines.filter((machine) => machine.mark === mark).length;
    return (
      n > 0 && html`<li class="marked ${mark}">${markShape(mark)}<b>${count(n, words)}</b> ${words.marks[mark]}</li>`
    );
  })}</ul>
<figure class="day">${histogram(wholeDay(board, zone), hours, words, 40)}${hourAxis(hours)}</figure>
</section>`;
}

/** Says so when the gateway has not written for longer than its slowest office should need. */
export function staleNotice(board: Board, paceOf: PaceOf, words: Words): Html | null {
  const limits = board.offices.flatMap(({ code }) => paceOf(code) ?? []).map(freshWithinMs);
  const at = board.gatewayUpdatedMs;
  if (at === null || limits.length === 0 || board.readAtMs - at <= Math.max(...limits)) return null;
  const time = timeTag(at, mainZone(board), words, board.readAtMs);
  return html`<p class="notice bad"><b>${words.stale.gateway} ${time}.</b> ${words.stale.gatewayNext}</p>`;
}

/** Says that the database is away and from when the numbers are. */
export function awayNotice(board: Board, words: Words): Html {
  const time = timeTag(board.readAtMs, mainZone(board), words, board.readAtMs);
  return html`<p class="notice bad"><b>${words.stale.database} ${time}.</b> ${words.stale.databaseNext}</p>`;
}

/** The day of the week and the time, which ticks once script runs. */
export function dateLine(board: Board, words: Words): Html {
  const zone = mainZone(board);
  const at = board.readAtMs;
  const label = zoneLabel(zone, at);
  return html`<p class="date"><span>${longDay(at, zone, words)}</span> <time id="jam" data-zone="${zone}" data-label="${label}">${clockTime(at, zone)} ${label}</time></p>`;
}

/** All offices in one shape, each by its own local time: the morning rush of a country with three zones is one rush. */
function wholeDay(board: Board, timeZone: string): DayShape {
  const first = board.offices.find((office) => office.timeZone === timeZone);
  const bins = new Array<number>(25 * 12).fill(0);
  for (const office of board.offices) {
    for (const [bin, punches] of office.bins.entries()) bins[bin] = (bins[bin] ?? 0) + punches;
  }
  if (first === undefined) return { dayStartMs: board.readAtMs, timeZone, bins, elapsedMs: 0 };
  return { ...shapeOf(first, board.readAtMs), bins };
}
