/** The two languages of screens and terminals. */
export type Lang = 'id' | 'en';

/** One text in both languages. */
export interface Bilingual {
  readonly id: string;
  readonly en: string;
}

/** The language of `--lang`, else of `GERBANG_LANG`, else Indonesian. Anything unknown is Indonesian. */
export function languageOf(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Lang {
  const at = argv.indexOf('--lang');
  const asked = at >= 0 ? argv[at + 1] : argv.find((arg) => arg.startsWith('--lang='))?.slice('--lang='.length);
  return (asked ?? env.GERBANG_LANG) === 'en' ? 'en' : 'id';
}

/** Numbers as people write them: `1.234,5` in Indonesian, `1,234.5` in English. */
export function numberText(value: number, lang: Lang, maxDecimals = 0): string {
  return new Intl.NumberFormat(lang === 'id' ? 'id-ID' : 'en-GB', { maximumFractionDigits: maxDecimals }).format(value);
}
