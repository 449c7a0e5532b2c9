/** `/mesin/:office/:name`: one machine, what happened to it, and what a person can tell it to do. */
import { may } from '../../accounts/permissions.ts';
import { machineWords } from '../../words/machines.ts';
import { durationText } from '../../words/time.ts';
import type { DrawnClock } from '../clock-desk.ts';
import { count, offsetWords, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { problemOf } from '../problem.ts';
import { clockDrawing } from '../views/clock-drawing.ts';
import { markWithWord } from '../views/mark-view.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, dataTable, facts } from '../views/parts.ts';
import type { Words } from '../words.ts';
import { actionsView, type FormState, historyView } from './actions-view.ts';
import { openReports } from './list-view.ts';
import type { MachineFacts } from './machine-facts.ts';
import { readsView } from './reads-view.ts';
import { reportsView } from './reports-view.ts';
import { reachStrip } from './strip.ts';

/** `busy`: too many charts are being worked out. */
export type ClockPart = DrawnClock | 'busy' | null;

export function machinePage(
  frame: PageFrame,
  found: MachineFacts,
  clock: ClockPart,
  state: FormState,
  nowMs: number,
): Html {
  const { words } = frame;
  const { lang } = words;
  const { office, machine } = found;
  const isOpen = found.commands.some(({ doneMs }) => doneMs === null);
  const body = html`<section class="machine"${isOpen && html` data-reload="3"`}><p class="back"><a href="/mesin">← ${machineWords.back[lang]}</a></p>
<h2>${machine.name} <small>· ${office.name}</small></h2>
${stateView(found, words, nowMs)}
${may(frame.reader, 'machine.command') ? actionsView(frame, found, state) : html`<p class="hint">${machineWords.notYours[lang]}</p>`}
${historyView(found, words, nowMs)}
<h3>${machineWords.reports[lang]}</h3>${reportsView(found, frame, nowMs)}
<h3>${machineWords.identity[lang]}</h3>${identityView(found, words, nowMs)}
<h3>${machineWords.reach[lang]}</h3>${reachView(found, words, nowMs)}
<h3>${machineWords.clock[lang]}</h3>${clockView(found, clock, words)}
<h3>${machineWords.reads[lang]}</h3>${readsView(found, words, nowMs)}
</section>`;
  return roomPage(frame, `${machine.name} · ${office.name}`, body, { charts: true });
}

/** What, since when, why, the next step. */
function stateView({ office, machine, pauses }: MachineFacts, words: Words, nowMs: number): Html {
  const { lang } = words;
  const problem = problemOf(machine, words);
  const since = machine.mark === 'ok' ? null : machine.failingSinceMs;
  const pause = pauses.find(({ endedMs, untilMs }) => endedMs === null && untilMs > nowMs);
  const read = machine.lastReadMs;
  return html`<div class="stands"><p class="mark-line">${markWithWord(machine.mark, words)}${openReports(machine, lang)}${since !== null && html` <small>${machineWords.since[lang]} ${timeTag(since, office.timeZone, words, nowMs)}</small>`}</p>
<p>${machineWords.lastRead[lang]}: ${read === null ? machineWords.never[lang] : html`<b>${timeTag(read, office.timeZone, words, nowMs)}</b>`}</p>
${pause !== undefined && banner('info', html`<b>${machineWords.paused[lang]} ${timeTag(pause.untilMs, office.timeZone, words, nowMs)}</b> ${machineWords.by[lang]} ${pause.pausedBy}: ${pause.reason}`)}
${problem !== null && html`<p class="why">${problem.why}</p><p class="next"><b>${machineWords.next[lang]}:</b> ${problem.next}</p>`}
${machine.errorCode !== null && html`<details class="technical"><summary>${machineWords.details[lang]}</summary><p><code>${machine.errorCode}</code> ${machine.errorText}</p></details>`}</div>`;
}

function identityView({ office, machine, perDay, daysToFull }: MachineFacts, words: Words, nowMs: number): Html {
  const { lang } = words;
  const { records, recordCapacity } = machine;
  const share = records === null || !recordCapacity ? null : Math.min(1, records / recordCapacity);
  const percent = share === null ? null : new Intl.NumberFormat(words.locale, { style: 'percent' }).format(share);
  const memory =
    records === null
      ? null
      : html`${percent !== null && html`<progress max="100" value="${Math.round((share ?? 0) * 100)}" aria-label="${machineWords.memory[lang]}"></progress> ${percent} · `}${words.machineTable.records(count(records, words), recordCapacity === null ? '?' : count(recordCapacity, words))}`;
  return facts([
    [machineWords.serial[lang], machine.serial ?? machineWords.serialUnknown[lang]],
    [machineWords.address[lang], machine.address],
    [
      machineWords.model[lang],
      [machine.deviceName, machine.platform].filter((part) => part !== null).join(' · ') || null,
    ],
    [machineWords.firmware[lang], machine.firmware],
    [machineWords.users[lang], machine.users === null ? null : count(machine.users, words)],
    [machineWords.memory[lang], memory],
    [machineWords.perDay[lang], perDay === null ? null : count(Math.round(perDay * 10) / 10, words)],
    [
      machineWords.daysToFull[lang],
      daysToFull === null ? machineWords.overwrites[lang] : `${count(daysToFull, words)} ${machineWords.days[lang]}`,
    ],
    [machineWords.offset[lang], offsetWords(machine.offsetMs, machine.offsetBoundMs, words)],
    [
      machineWords.lastAttempt[lang],
      machine.lastAttemptMs === null ? null : timeTag(machine.lastAttemptMs, office.timeZone, words, nowMs),
    ],
  ]);
}

function reachView(found: MachineFacts, words: Words, nowMs: number): Html {
  const { lang } = words;
  const { outages, office } = found;
  const zone = office.timeZone;
  const rows = outages
    .slice(0, 30)
    .map(({ kind, fromMs, failedAtMs, untilMs, lastErrorCode }) => [
      html`${kind === 'terminal' ? machineWords.outageTerminal[lang] : machineWords.outageGateway[lang]}${lastErrorCode !== null && html`<small><code>${lastErrorCode}</code></small>`}`,
      timeTag(fromMs, zone, words, nowMs),
      kind === 'terminal' ? timeTag(failedAtMs, zone, words, nowMs) : null,
      untilMs === null ? html`<b>${machineWords.ongoing[lang]}</b>` : timeTag(untilMs, zone, words, nowMs),
      durationText((untilMs ?? nowMs) - failedAtMs, lang),
    ]);
  const names = [machineWords.what, machineWords.from, machineWords.failed, machineWords.until, machineWords.lasted];
  const out = outages.filter(({ kind }) => kind === 'terminal').length;
  const description = out === 0 ? machineWords.reachNone[lang] : `${machineWords.outageTerminal[lang]}: ${out} ×`;
  return html`${reachStrip(found, lang, description)}
${dataTable(
  machineWords.reach[lang],
  names.map((name) => ({ head: name[lang] })),
  rows,
  machineWords.reachNone[lang],
)}`;
}

function clockView({ machine }: MachineFacts, clock: ClockPart, words: Words): Html {
  const { lang } = words;
  // Of a machine whose first batch is still to come there is no such page yet.
  const link =
    machine.serial !== null &&
    clock !== null &&
    html`<p><a href="/clocks/${encodeURIComponent(machine.serial)}?days=30">${machineWords.clockMore[lang]}</a></p>`;
  if (clock === 'busy') return html`<p class="hint">${machineWords.clockBusy[lang]}</p>${link}`;
  if (clock === null || clock.chart.bands.length === 0)
    return html`<p class="empty">${machineWords.clockNone[lang]}</p>${link}`;
  const { chart, bins, punches } = clock;
  const description = offsetWords(machine.offsetMs, machine.offsetBoundMs, words);
  return html`<div class="wide" role="region" aria-label="${machineWords.clock[lang]}" tabindex="0">${clockDrawing({ chart, bins, punches, timeZone: clock.clock.timeZone, lang, description })}</div>${link}`;
}
