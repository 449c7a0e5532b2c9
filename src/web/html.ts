/**
 * HTML as plain functions: a tagged template that escapes everything it is given.
 *
 * Names come from terminals and config files, so nothing reaches a page unescaped unless it was made by `html` itself.
 */

const markupOf = Symbol('markup');

/** A finished piece of markup. Only {@link html}, {@link join} and {@link trusted} make one. */
export interface Html {
  readonly [markupOf]: string;
}

/** What may stand in a template: text and numbers are escaped, pieces are kept, the rest leaves nothing behind. */
export type HtmlPart = string | number | Html | readonly HtmlPart[] | null | undefined | false;

/**
 * Builds a piece of HTML. Attribute values must be quoted in the template.
 *
 * @throws Error when a value is an attribute without quotes: it cannot be escaped safely
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = strings[0] ?? '';
  parts.forEach((part, index) => {
    if (/\s[\w:-]+=$/.test(strings[index] ?? '')) throw new Error('html: put quotes around the attribute value');
    markup += render(part) + (strings[index + 1] ?? '');
  });
  return trusted(markup);
}

/** Pieces one after another. */
export function join(parts: readonly HtmlPart[], between: HtmlPart = null): Html {
  return trusted(parts.map(render).join(render(between)));
}

/** Markup that is known to be safe: a literal of this program, never anything that came from outside. */
export function trusted(markup: string): Html {
  return { [markupOf]: markup };
}

/** The text of a finished piece. */
export function toText(piece: Html): string {
  return piece[markupOf];
}

function render(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  if (isParts(part)) return part.map(render).join('');
  return part[markupOf];
}

function isParts(part: Html | readonly HtmlPart[]): part is readonly HtmlPart[] {
  return Array.isArray(part);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escapes text for element content and quoted attributes; characters that could reorder or hide text become U+FFFD. */
function escapeText(text: string): string {
  return text.replace(invisible, '\ufffd').replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
