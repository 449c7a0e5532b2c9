/** One message for all that happened together, in words and as data. Pure. */
import type { AlertRow } from '../store/alerts.ts';
import { alertText, alertWords } from '../words/alerts.ts';
import type { Lang } from '../words/language.ts';

/** An alert as systems are told. */
export interface ToldAlert {
  readonly id: number;
  readonly kind: string;
  readonly severity: 'warning' | 'critical';
  readonly office: string | null;
  readonly terminal: string | null;
  readonly since: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly acknowledged: boolean;
  readonly facts: AlertRow['facts'];
  readonly words: { readonly id: AlertSentence; readonly en: AlertSentence };
}

interface AlertSentence {
  readonly name: string;
  readonly what: string;
  readonly next: string;
}

/** An alert as data, with its words beside it. */
export function toldAlert(alert: AlertRow): ToldAlert {
  const { kind, facts } = alert;
  return {
    id: alert.alertId,
    kind,
    severity: alert.severity,
    office: alert.officeCode,
    terminal: alert.terminalName,
    since: iso(alert.sinceMs),
    openedAt: iso(alert.openedAtMs),
    closedAt: alert.closedAtMs === null ? null : iso(alert.closedAtMs),
    acknowledged: alert.acknowledgedAtMs !== null,
    facts,
    words: { id: alertText(kind, facts, 'id'), en: alertText(kind, facts, 'en') },
  };
}

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
  opened: readonly AlertRow[],
  closed: readonly AlertRow[],
  say: { readonly lang: Lang; readonly time: (atMs: number) => string; readonly page: string | null },
): Notice {
  const { lang } = say;
  const lines = [
    ...section(opened, alertWords.open[lang], (alert) => block(alert, say)),
    ...section(closed, alertWords.closed[lang], (alert) => [`- ${headOf(alert, lang)}`]),
    ...(say.page === null ? [] : [`${say.page.replace(/\/+$/, '')}/peringatan`, '']),
    alertWords.foot[lang],
  ];
  return {
    subject: subjectOf(opened, closed, lang),
    text: lines.join('\n'),
    opened: opened.map(toldAlert),
    closed: closed.map(toldAlert),
  };
}

function section(alerts: readonly AlertRow[], title: string, render: (alert: AlertRow) => string[]): string[] {
  if (alerts.length === 0) return [];
  const more = alerts.length > mostLines ? [`… +${alerts.length - mostLines}`] : [];
  return [title.toUpperCase(), '', ...alerts.slice(0, mostLines).flatMap(render), ...more, ''];
}

function block(
  alert: AlertRow,
  { lang, time }: { readonly lang: Lang; readonly time: (atMs: number) => string },
): string[] {
  const { what, next } = alertText(alert.kind, alert.facts, lang);
  return [
    `- ${headOf(alert, lang)}`,
    `  ${what}`,
    `  ${alertWords.since[lang]} ${time(alert.sinceMs)}`,
    `  ${alertWords.next[lang]}: ${next}`,
    '',
  ];
}

/** Names come from configurations and terminals: one line each, whatever stands in them. */
function headOf({ kind, facts, officeCode, terminalName }: AlertRow, lang: Lang): string {
  const place = [officeCode, terminalName].filter((part) => part !== null).join(' / ');
  const { name } = alertText(kind, facts, lang);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
  return (place === '' ? name : `${name}: ${place}`).replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

function subjectOf(opened: readonly AlertRow[], closed: readonly AlertRow[], lang: Lang): string {
  const [first] = opened.length > 0 ? opened : closed;
  if (first === undefined) return 'Gerbang';
  const count = opened.length > 0 ? opened.length : closed.length;
  const what = opened.length > 0 ? alertWords.subjectOpened[lang] : alertWords.subjectClosed[lang];
  return count === 1 && opened.length === 1
    ? `[Gerbang] ${headOf(first, lang)}`.slice(0, 150)
    : `[Gerbang] ${count} ${what}: ${headOf(first, lang)} …`.slice(0, 150);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
