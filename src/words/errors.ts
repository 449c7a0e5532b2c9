/** Every error code in plain words: what happened, and what to do next. docs/operations.md has the same codes. */
import type { ErrorCode } from '../errors.ts';
import { english } from './errors-english.ts';
import { indonesian } from './errors-indonesian.ts';
import type { Lang } from './language.ts';

/** What happened and what to do next, as two sentences or a few. */
export interface Explanation {
  readonly what: string;
  readonly next: string;
}

/** What happened and what to do next, by code. */
export type ErrorTexts = Readonly<Record<ErrorCode, readonly [what: string, next: string]>>;

const texts: Readonly<Record<Lang, ErrorTexts>> = { id: indonesian, en: english };

/**
 * An error in plain words.
 *
 * @param error anything with a code of `src/errors.ts`, such as a GerbangError or a row of `terminal_state`; other codes
 * are explained as INTERNAL
 */
export function explainError(error: { readonly code: string }, lang: Lang): Explanation {
  const known: Readonly<Record<string, readonly [string, string]>> = texts[lang];
  const [what, next] = (Object.hasOwn(known, error.code) ? known[error.code] : undefined) ?? texts[lang].INTERNAL;
  return { what, next };
}
