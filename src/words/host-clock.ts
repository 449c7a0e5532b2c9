/** How far the clock of the gateway itself can be trusted, in one sentence. */
import { type Lang, numberText } from './language.ts';

/** @param known null where nothing on the machine tells */
export function hostClockText(known: { readonly errorMs: number; readonly source: string } | null, lang: Lang): string {
  if (known === null) {
    return {
      id: 'Seberapa jauh jam komputer ini dari UTC tidak diketahui: tidak ada program yang menjaganya atau memberitahukannya. Semua waktu menganggapnya tepat.',
      en: 'How far the clock of this computer is from UTC is not known: no program keeps it, or says so. All times take it to be right.',
    }[lang];
  }
  const ms = numberText(Math.ceil(known.errorMs), lang);
  return {
    id: `Jam komputer ini paling jauh ${ms} ms dari UTC, menurut ${known.source}; batas setiap waktu sudah memuatnya.`,
    en: `The clock of this computer is within ${ms} ms of UTC, says ${known.source}; the bounds of every time include it.`,
  }[lang];
}
