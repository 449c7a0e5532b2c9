/** A report's number is a link wherever it is told. */
import { type Html, html } from '../html.ts';

/** Where a report is. */
export function reportAddress(number: number): string {
  return `/laporan/${number}`;
}

/** `#7` as a link to its report. */
export function reportLink(number: number): Html {
  return html`<a href="${reportAddress(number)}">#${number}</a>`;
}

/** A sentence of ours with its numbers of reports as links. Never for what people wrote: their `#7` may be anything. */
export function withReportLinks(text: string): Html {
  const parts = text.split(/#(\d{1,12})(?!\d)/);
  return html`${parts.map((part, at) => (at % 2 === 0 ? html`${part}` : reportLink(Number(part))))}`;
}
