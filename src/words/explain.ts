/** What the explanation of a punch says (docs/time.md, "How to read an explanation"). */
import { english } from './explain-english.ts';
import { indonesian } from './explain-indonesian.ts';
import type { Lang } from './language.ts';

/** Same shape, other words. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Translated<T[K]> };

/** All texts of an explanation in one language. */
export type ExplainWords = Translated<typeof indonesian>;

/** The texts of an explanation. */
export function explainWords(lang: Lang): ExplainWords {
  return lang === 'en' ? english : indonesian;
}
