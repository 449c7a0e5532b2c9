/** The languages of the page and how one is chosen. */
import type { Lang } from '../words/language.ts';
import { english, type Words } from './words/en.ts';
import { indonesian } from './words/id.ts';

export type { Words } from './words/en.ts';

/** Texts of a language. */
export function wordsOf(language: Lang): Words {
  return language === 'en' ? english : indonesian;
}

/** A language from outside (address, cookie), or null when it is none of ours. */
export function languageFrom(text: unknown): Lang | null {
  return text === 'id' || text === 'en' ? text : null;
}

/** Cookie that keeps a reader's choice. Holds nothing but `id` or `en`. */
export const languageCookie = 'bahasa';

/** The language in a `Cookie` header, or null. */
export function languageFromCookie(header: string | undefined): Lang | null {
  const pair = (header ?? '').split(';').find((part) => part.trim().startsWith(`${languageCookie}=`));
  return languageFrom(pair?.split('=')[1]?.trim());
}

/** Words for how a person was recognised; numbers that mean different things on different models stay numbers. */
export function verifyWord(mode: number, words: Words): string {
  const texts = words.lang === 'en' ? verifyEnglish : verifyIndonesian;
  return texts[mode] ?? words.verify.unknown(mode);
}

/** The state key as the terminal reported it; anything but in and out, and "none selected", stays a number. */
export function stateWord(state: number, words: Words): string {
  if (state === 0) return words.states[0];
  if (state === 1) return words.states[1];
  return state === 255 ? words.states.none : String(state);
}

/** docs/protocol.md, "Verify modes and punch states". 0 and 2 differ between models and are therefore not named. */
const verifyIndonesian: Readonly<Record<number, string>> = {
  1: 'Sidik jari',
  3: 'Kata sandi',
  4: 'Kartu',
  9: 'Sidik jari + kata sandi',
  10: 'Sidik jari + kartu',
  11: 'Kata sandi + kartu',
  15: 'Wajah',
  16: 'Wajah + sidik jari',
  17: 'Wajah + kata sandi',
  18: 'Wajah + kartu',
  25: 'Telapak tangan',
};

const verifyEnglish: Readonly<Record<number, string>> = {
  1: 'Fingerprint',
  3: 'Password',
  4: 'Card',
  9: 'Fingerprint + password',
  10: 'Fingerprint + card',
  11: 'Password + card',
  15: 'Face',
  16: 'Face + fingerprint',
  17: 'Face + password',
  18: 'Face + card',
  25: 'Palm',
};
