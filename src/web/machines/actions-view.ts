/** Buttons that say what will happen, and what came of each. */
import { commandHints, commandNames, commandStates, machineWords } from '../../words/machines.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { PageFrame } from '../views/page.ts';
import {
  button,
  dataTable,
  errorSummary,
  type FieldErrors,
  form,
  selectField,
  tag,
  textField,
} from '../views/parts.ts';
import type { Words } from '../words.ts';
import { resultText } from './command-words.ts';
import { machineAddress } from './list-view.ts';
import type { MachineFacts } from './machine-facts.ts';

/** What was typed into the pause form, and what was wrong with it. */
export interface FormState {
  readonly errors: FieldErrors;
  readonly hours: string;
  readonly reason: string;
}

export const blankForm: FormState = { errors: {}, hours: '24', reason: '' };

/** Hours a machine may rest at once. */
export const pauseHours = ['1', '4', '24', '72', '168', '720'] as const;

export function actionsView({ words, csrf }: PageFrame, found: MachineFacts, state: FormState): Html {
  const { lang } = words;
  const { office, machine } = found;
  const address = machineAddress(office.code, machine.name);
  const isPaused = machine.mark === 'paused';
  const orders = (['probe', 'read', 'set-clock'] as const).map(
    (kind) =>
      html`<li>${form(
        { action: `${address}/perintah`, csrf, className: 'act' },
        html`<input type="hidden" name="perintah" value="${kind}">${orderButton(kind, lang)}`,
      )}<small>${commandHints[kind][lang]}</small></li>`,
  );
  const resume = form({ action: `${address}/lanjut`, csrf, className: 'act' }, button(commandNames.resume[lang]));
  return html`<h3>${machineWords.actions[lang]}</h3><p class="hint">${machineWords.actionsHint[lang]}</p><ul class="acts">${orders}${isPaused && html`<li>${resume}</li>`}</ul>
${errorSummary(state.errors, lang)}<details class="pause"${Object.keys(state.errors).length > 0 && html` open`}><summary>${commandNames.pause[lang]}</summary>${form(
    { action: `${address}/jeda`, csrf },
    html`<p class="hint">${machineWords.pauseTell[lang]}</p>`,
    selectField({
      name: 'lama',
      label: machineWords.pauseUntil[lang],
      value: state.hours,
      choices: pauseHours.map((hours) => ({ value: hours, text: hoursText(Number(hours), words) })),
      errors: state.errors,
    }),
    textField({
      name: 'alasan',
      label: machineWords.pauseReason[lang],
      hint: machineWords.pauseReasonHint[lang],
      value: state.reason,
      errors: state.errors,
      maxLength: 200,
      required: true,
    }),
    button(commandNames.pause[lang], { kind: 'other' }),
  )}</details>`;
}

function orderButton(kind: 'probe' | 'read' | 'set-clock', lang: Words['lang']): Html {
  if (kind !== 'set-clock') return button(commandNames[kind][lang], { kind: kind === 'read' ? 'main' : 'other' });
  return html`<button type="submit" class="button other" data-ask="${machineWords.ask[lang]}">${commandNames[kind][lang]}</button>`;
}

function hoursText(hours: number, { lang }: Words): string {
  return hours < 72 ? `${hours} ${machineWords.pauseHours[lang]}` : `${hours / 24} ${{ id: 'hari', en: 'days' }[lang]}`;
}

/** What each command did, when, and by whom. */
export function historyView({ commands, office }: MachineFacts, words: Words, nowMs: number): Html {
  const { lang } = words;
  const colours = { waiting: 'quiet', running: 'accent', done: 'ok', failed: 'bad' } as const;
  const columns = [machineWords.command, machineWords.state, machineWords.result, machineWords.time];
  const rows = commands.map((command) => [
    commandNames[command.kind][lang],
    tag(commandStates[command.state][lang], colours[command.state]),
    resultText(command, words),
    html`${timeTag(command.requestedMs, office.timeZone, words, nowMs)}<small>${machineWords.by[lang]} ${command.requestedBy}</small>`,
  ]);
  const isOpen = commands.some(({ doneMs }) => doneMs === null);
  return html`<h4>${machineWords.history[lang]}</h4>${isOpen && html`<p class="hint" role="status"><a href="">${machineWords.refresh[lang]}</a></p>`}${dataTable(
    machineWords.history[lang],
    columns.map((name) => ({ head: name[lang] })),
    rows,
    machineWords.historyNone[lang],
  )}`;
}
