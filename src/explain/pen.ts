/** What every section is written with. */
import type { ExplainWords } from '../words/explain.ts';
import type { Lang } from '../words/language.ts';
import type { Figures } from './figures.ts';

export interface Pen {
  readonly lang: Lang;
  readonly words: ExplainWords;
  readonly figures: Figures;
}
