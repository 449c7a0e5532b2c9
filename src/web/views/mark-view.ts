/** The shapes of the marks. Each mark differs in outline, not only in colour, and always carries its word. */
import { type Html, html, trusted } from '../html.ts';
import type { Mark } from '../mark.ts';
import type { Words } from '../words.ts';

/** Drawn in a square of 16 units, from the shapes a printed page without colour still tells apart. */
const shapes: Readonly<Record<Mark, string>> = {
  ok: '<circle cx="8" cy="8" r="5" fill="currentColor" stroke="none"/>',
  slow: '<circle cx="8" cy="8" r="5"/><path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor" stroke="none"/>',
  clock: '<path d="M8 1.8 14.2 8 8 14.2 1.8 8zM8 5v3.2l2 1.4"/>',
  silent: '<path d="m3.5 3.5 9 9m0-9-9 9" stroke-width="2.6"/>',
  trouble: '<path d="M8 2.2 14.4 13.4H1.6zM8 6.6v3.2m0 1.4v.6"/>',
  person: '<path d="M2.8 2.8h10.4v10.4H2.8zM8 5.4v3.1m0 1.6v.4"/>',
  reported: '<path d="M4 14.2V2.4h8.4L10.2 5.6l2.2 3.2H4"/>',
  paused: '<path d="M5.4 3.4v9.2M10.6 3.4v9.2" stroke-width="2.8"/>',
  waiting: '<circle cx="8" cy="8" r="5" stroke-dasharray="1 3.2" stroke-width="2"/>',
};

/** By attribute, not by style: a style sheet does not reach into what is drawn by reference. */
const pen = 'fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"';

/** The shapes, once per page; every mark refers to them. */
export function markShapes(): Html {
  const symbols = Object.entries(shapes).map(
    ([mark, shape]) => `<symbol id="m-${mark}" viewBox="0 0 16 16" ${pen}>${shape}</symbol>`,
  );
  return trusted(`<svg class="shapes" width="0" height="0" aria-hidden="true">${symbols.join('')}</svg>`);
}

/** A mark for the eye; the word beside it or in the title is for everybody. */
export function markShape(mark: Mark): Html {
  return html`<svg class="mark ${mark}" aria-hidden="true"><use href="#m-${mark}"/></svg>`;
}

/** A mark that stands alone: its machine and its word are in the title and read aloud. */
export function markAlone(mark: Mark, machineName: string, words: Words): Html {
  return html`<svg class="mark ${mark}" role="img"><title>${machineName}: ${words.marks[mark]}</title><use href="#m-${mark}"/></svg>`;
}

/** Shape and word. */
export function markWithWord(mark: Mark, words: Words): Html {
  return html`<span class="marked ${mark}">${markShape(mark)} ${words.marks[mark]}</span>`;
}
