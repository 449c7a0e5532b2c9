/** What was read from one machine lately, and what changed: newest first. */
import { explainError } from '../../words/errors.ts';
import { machineWords } from '../../words/machines.ts';
import { count, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { dataTable } from '../views/parts.ts';
import type { Words } from '../words.ts';
import type { MachineFacts } from './machine-facts.ts';

const mostLines = 20;

export function readsView({ reads, notes, office }: MachineFacts, words: Words, nowMs: number): Html {
  const { lang } = words;
  const lines = [
    ...reads.map(({ atMs, records }) => ({
      atMs,
      text: html`${count(records, words)} ${machineWords.readNew[lang]}`,
    })),
    ...notes.map((note) => ({ atMs: note.atMs, text: noteText(note, words) })),
  ].sort((a, b) => b.atMs - a.atMs);
  return dataTable(
    machineWords.reads[lang],
    [{ head: machineWords.time[lang] }, { head: machineWords.event[lang] }],
    lines.slice(0, mostLines).map(({ atMs, text }) => [timeTag(atMs, office.timeZone, words, nowMs), text]),
    machineWords.readsNone[lang],
  );
}

function noteText({ kind, errorCode, records }: MachineFacts['notes'][number], words: Words): Html {
  const { lang } = words;
  if (kind === 'whole-read')
    return html`${machineWords.readWhole[lang]}${records !== null && ` (${count(records, words)})`}`;
  if (kind === 'well') return html`${machineWords.becameWell[lang]}`;
  const code = errorCode ?? 'INTERNAL';
  return html`${explainError({ code }, lang).what} <small><code>${code}</code></small>`;
}
