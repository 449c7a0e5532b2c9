/** How those who are told stand, in words. */
import { type Bilingual, type Lang, numberText } from './language.ts';
import { durationText } from './time.ts';

/** A consumer as data. */
export interface ConsumerFacts {
  readonly name: string;
  readonly state: 'ok' | 'retrying' | 'disabled' | 'gone';
  readonly rowsBehind: number;
  readonly failingForMs: number | null;
  readonly lastFailure: string | null;
}

const stateTexts: Readonly<Record<'disabled' | 'gone', Bilingual>> = {
  disabled: { id: 'tidak dikirimi; posisinya tetap', en: 'is sent nothing; it keeps its place' },
  gone: {
    id: 'tertinggal terlalu jauh: muat ulang dari basis data, lalu beri nama baru (docs/integration.md)',
    en: 'lagged for too long: load it from the database, then give it a new name (docs/integration.md)',
  },
};

/** One line: who, how far behind, since when it fails, and why. */
export function consumerText(
  { name, state, rowsBehind, failingForMs, lastFailure }: ConsumerFacts,
  lang: Lang,
): string {
  const rows = numberText(rowsBehind, lang);
  const behind =
    lang === 'id'
      ? rowsBehind === 0
        ? 'semua sudah diterima'
        : `${rows} baris belum diterima`
      : rowsBehind === 0
        ? 'has confirmed everything'
        : `${rows} rows are not confirmed`;
  const reason = lastFailure === null ? '' : ` (${lastFailure})`;
  if (state === 'disabled' || state === 'gone') return `${name}: ${stateTexts[state][lang]}${reason}, ${behind}`;
  if (state === 'ok' || failingForMs === null) return `${name}: ${behind}`;
  const since = durationText(failingForMs, lang);
  return lang === 'id'
    ? `${name}: gagal sejak ${since} lalu${reason}, ${behind}`
    : `${name}: has failed for ${since}${reason}, ${behind}`;
}
