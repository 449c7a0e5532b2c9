/** One message for all that happened together, in words and as data. Pure. */
import type { AlertRow } from '../store/alerts.ts';
import { alertWords } from '../words/alerts.ts';
import type { Lang } from '../words/language.ts';
import { type ToldAlert, toldAlert } from '../words/told-alert.ts';

/** What a channel is sent. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
  readonly opened: readonly ToldAlert[];
  readonly closed: readonly ToldAlert[];
}

/** Lines of one message; the page has the rest. */
const mostLines = 40;

/**
 * @param say.time an instant as people of the place say it, with its zone
 * @param say.page address of the pages, for a link; null where nobody named one
 */
export function noticeOf(
  openedRows: readonly AlertRow[],
  closedRows: readonly AlertRow[],
  say: { readonly lang: Lang; readonly time: (atMs: number) => string; readonly page: string | null },
): Notice {
  const { lang } = say;
  const [opened, closed] = [openedRows.map(toldAlert), closedRows.map(toldAlert)];
  const lines = [
    ...section(opened, alertWords.open[lang], (alert) => block(alert, say)),
    ...section(closed, alertWords.closed[lang], (alert) => [`- ${headOf(alert, lang)}`]),
    ...(say.page === null ? [] : [`${say.page.replace(/\/+$/, '')}/peringatan`, '']),
    alertWords.foot[lang],
  ];
  return { subject: subjectOf(opened, closed, lang), text: lines.join('\n'), opened, closed };
}

function section(alerts: readonly ToldAlert[], title: string, render: (alert: ToldAlert) => string[]): string[] {
  if (alerts.length === 0) return [];
  const more = alerts.length > mostLines ? [`… +${alerts.length - mostLines}`] : [];
  return [title.toUpperCase(), '', ...alerts.slice(0, mostLines).flatMap(render), ...more, ''];
}

function block(
  alert: ToldAlert,
  { lang, time }: { readonly lang: Lang; readonly time: (atMs: number) => string },
): string[] {
  const { what, next } = alert.words[lang];
  return [
    `- ${headOf(alert, lang)}`,
    `  ${what}`,
    `  ${alertWords.since[lang]} ${time(Date.parse(alert.since))}`,
    `  ${alertWords.next[lang]}: ${next}`,
    '',
  ];
}

/** Names come from configurations and terminals: one line each, whatever stands in them. */
function headOf({ words, office, terminal }: ToldAlert, lang: Lang): string {
  const place = [office, terminal].filter((part) => part !== null).join(' / ');
  const { name } = words[lang];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
  return (place === '' ? name : `${name}: ${place}`).replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

function subjectOf(opened: readonly ToldAlert[], closed: readonly ToldAlert[], lang: Lang): string {
  const [first] = opened.length > 0 ? opened : closed;
  if (first === undefined) return 'Gerbang';
  const count = opened.length > 0 ? opened.length : closed.length;
  const what = opened.length > 0 ? alertWords.subjectOpened[lang] : alertWords.subjectClosed[lang];
  return count === 1 && opened.length === 1
    ? `[Gerbang] ${headOf(first, lang)}`.slice(0, 150)
    : `[Gerbang] ${count} ${what}: ${headOf(first, lang)} …`.slice(0, 150);
}
