/** What needs a person: what, since when, why as far as known, the next step, in that order. */
import { durationText } from '../../words/time.ts';
import type { Board, BoardMachine, BoardOffice } from '../board.ts';
import { count, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { machineAddress, openReports } from '../machines/list-view.ts';
import { type Mark, severity } from '../mark.ts';
import { problemOf } from '../problem.ts';
import type { Words } from '../words.ts';
import { markShape, markWithWord } from './mark-view.ts';
import { officeAddress } from './office-view.ts';

/** Entries shown; the rest is counted, for a list of forty helps nobody. */
const maxEntries = 4;

/** One machine, or a whole office of which every machine is silent. */
interface Entry {
  readonly office: BoardOffice;
  readonly machine: BoardMachine;
  readonly wholeOffice: boolean;
}

/** The panel. */
export function attentionPanel(board: Board, words: Words): Html {
  const text = words.attention;
  const entries = entriesOf(board);
  const hidden = entries.slice(maxEntries).reduce((sum, entry) => sum + machinesIn(entry), 0);
  const known = board.offices.some((office) => office.updatedMs !== null);
  return html`<section class="attention" id="perhatian" aria-labelledby="perhatian-judul"><h2 id="perhatian-judul">${text.title}${
    entries.length > 0 &&
    html` <span class="tally">${count(
      entries.reduce((sum, e) => sum + machinesIn(e), 0),
      words,
    )}</span>`
  }</h2>${
    entries.length === 0
      ? html`<p class="empty">${known ? text.none : text.noneYet}</p>`
      : html`<ol>${entries.slice(0, maxEntries).map((entry) => entryItem(entry, words, board.readAtMs))}</ol>`
  }${hidden > 0 && html`<p class="more">${text.more(count(hidden, words))}</p>`}</section>`;
}

function entryItem(entry: Entry, words: Words, nowMs: number): Html {
  const { office, machine, wholeOffice } = entry;
  const text = words.attention;
  const problem = wholeOffice ? { why: text.wholeOfficeWhy, next: text.wholeOfficeNext } : problemOf(machine, words);
  const what = wholeOffice
    ? html`<span class="marked ${machine.mark}">${markShape(machine.mark)} ${text.wholeOffice(office.machines.length)}</span>`
    : html`${markWithWord(machine.mark, words)}${openReports(machine, words.lang)}`;
  const since = machine.failingSinceMs;
  return html`<li><p class="what">${what}</p><p class="where"><a href="${officeAddress(office.code)}">${office.name}</a>${!wholeOffice && html` · <a href="${machineAddress(office.code, machine.name)}">${machine.name}</a>`}</p>${
    since !== null &&
    html`<p class="since">${words.since} ${timeTag(since, office.timeZone, words, nowMs)} (${durationText(nowMs - since, words.lang)})</p>`
  }${problem !== null && html`<p class="why">${problem.why}</p><p class="next"><b>${text.next}:</b> ${problem.next}</p>`}</li>`;
}

/** Worst first; among equals the longest broken, then the clock that is furthest off. */
function entriesOf(board: Board): readonly Entry[] {
  const entries = board.offices.flatMap((office): Entry[] => {
    const troubled = office.machines.filter(({ mark }) => !needsNobody.includes(mark));
    const [first] = [...troubled].sort((a, b) => (a.failingSinceMs ?? 0) - (b.failingSinceMs ?? 0));
    const dark = office.machines.length > 1 && office.machines.every((machine) => machine.mark === 'silent');
    // A dark office is one fault, not as many as it has machines: somebody has to go there once.
    if (dark && first !== undefined) return [{ office, machine: first, wholeOffice: true }];
    return troubled.map((machine) => ({ office, machine, wholeOffice: false }));
  });
  return entries.sort(
    (a, b) =>
      Number(b.wholeOffice) - Number(a.wholeOffice) ||
      severity(a.machine.mark) - severity(b.machine.mark) ||
      (a.machine.failingSinceMs ?? nobodyKnows) - (b.machine.failingSinceMs ?? nobodyKnows) ||
      Math.abs(b.machine.offsetMs ?? 0) - Math.abs(a.machine.offsetMs ?? 0),
  );
}

/** A machine that merely waits for its first read needs nobody, nor does one that rests. */
const needsNobody: readonly Mark[] = ['ok', 'waiting', 'paused'];

/** Later than any instant; unlike infinity it can be subtracted from itself. */
const nobodyKnows = Number.MAX_SAFE_INTEGER;

function machinesIn(entry: Entry): number {
  return entry.wholeOffice ? entry.office.machines.length : 1;
}
