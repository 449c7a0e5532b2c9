/** A finding as data and in words. */
import { type areaNames, type Finding, findings } from '../../words/doctor.ts';
import type { Lang } from '../../words/language.ts';

export type Area = keyof typeof areaNames;

/** `bad`: something does not work. `warn`: somebody should look. */
export interface Check {
  readonly area: Area;
  readonly finding: Finding;
  readonly state: 'ok' | 'warn' | 'bad';
  /** Put into the words in their order; codes, numbers and names, never secrets. */
  readonly facts: readonly (string | number)[];
  /** Instead of the finding's own next step. */
  readonly next?: string;
}

/** Shortens the making of a check. */
export function check(
  area: Area,
  finding: Finding,
  state: Check['state'],
  ...facts: readonly (string | number)[]
): Check {
  return { area, finding, state, facts };
}

/** What was found, and what to do next, in one language. */
export function wordsOf({ finding, facts, next }: Check, lang: Lang): { what: string; next: string } {
  const [what, step] = findings[finding];
  return { what: filled(what[lang], facts), next: next ?? filled(step[lang], facts) };
}

/** `%` that stands alone is a percent sign when no fact is left for it. */
function filled(text: string, facts: readonly (string | number)[]): string {
  let at = 0;
  return text.replace(/%/g, () => (at < facts.length ? String(facts[at++]) : '%'));
}
