/** Completeness and gaps in the words of people: states, reasons, and what is known of records that are gone. */
import type { CompletenessReason, CompletenessState } from '../store/completeness.ts';
import type { GapRow } from '../store/gaps.ts';
import { type Bilingual, type Lang, numberText } from './language.ts';

/** `Lengkap` */
export const stateTexts: Readonly<Record<CompletenessState, Bilingual>> = {
  complete: { id: 'Lengkap', en: 'Complete' },
  'complete-except': { id: 'Lengkap, kecuali …', en: 'Complete except …' },
  'not-yet': { id: 'Belum lengkap', en: 'Not yet complete' },
};

/** What happened to a log. */
export const lossTexts: Readonly<Record<GapRow['kind'], Bilingual>> = {
  cleared: { id: 'Isi mesin dihapus', en: 'The log was cleared' },
  shrank: { id: 'Catatan terbaru di mesin hilang', en: 'The newest records of the log are gone' },
  wrapped: { id: 'Mesin penuh dan menimpa catatannya', en: 'The terminal was full and overwrote its records' },
  rewritten: { id: 'Isi mesin berubah', en: 'The log was rewritten' },
  'layout-changed': { id: 'Bentuk catatan mesin berubah', en: 'The form of the records changed' },
  swapped: { id: 'Mesin lain berdiri di tempatnya', en: 'Another machine stands in its place' },
};

/** Why a number is only a bound, or why it is none. */
export const groundTexts: Readonly<Record<GapRow['ground'], Bilingual>> = {
  unwatched: {
    id: 'Di antara dua pembacaan tidak ada yang mengawasi mesin, jadi mungkin lebih banyak.',
    en: 'Nothing watches a terminal between two reads, so there may be more.',
  },
  numbered: {
    id: 'Nomor urut pada catatan terputus; mungkin lebih banyak.',
    en: 'The running numbers in the records have a hole; there may be more.',
  },
  'in-place': {
    id: 'Catatan terakhir yang tersimpan masih di tempatnya, jadi tidak ada yang hilang.',
    en: 'The last stored records still stand where they stood, so none is lost.',
  },
  'counter-doubted': {
    id: 'Hitungan mesin tidak sesuai isinya, jadi tidak dipakai.',
    en: 'The counter of the terminal contradicted its log, so nothing is built on it.',
  },
  'out-of-reach': {
    id: 'Catatan mungkin masih ada di mesin itu; hubungkan lagi agar terbaca.',
    en: 'The records may still be on that machine; connect it again to have them read.',
  },
};

/** How an instant is said; `at` is ISO 8601. */
export type SayInstant = (at: string) => string;

/** `sedikitnya 37 catatan`, `tidak ada catatan yang hilang`, `mungkin ada catatan yang hilang`. */
export function lostText(atLeast: number, atMost: number | null, lang: Lang): string {
  const least = numberText(atLeast, lang);
  if (atMost === 0) return lang === 'id' ? 'tidak ada catatan yang hilang' : 'no record is lost';
  if (atMost !== null && atMost === atLeast) return lang === 'id' ? `${least} catatan hilang` : `${least} records gone`;
  if (atLeast === 0) return lang === 'id' ? 'mungkin ada catatan yang hilang' : 'records may be gone';
  const most =
    atMost === null
      ? ''
      : lang === 'id'
        ? `, paling banyak ${numberText(atMost, lang)}`
        : `, at most ${numberText(atMost, lang)}`;
  return lang === 'id' ? `sedikitnya ${least} catatan hilang${most}` : `at least ${least} records gone${most}`;
}

/** `antara 2 Mar 08:00 WIB dan 2 Mar 09:00 WIB` */
export function spanText(since: string | null, until: string, say: SayInstant, lang: Lang): string {
  if (since === null) return lang === 'id' ? `sebelum ${say(until)}` : `before ${say(until)}`;
  return lang === 'id' ? `antara ${say(since)} dan ${say(until)}` : `between ${say(since)} and ${say(until)}`;
}

/** One reason as a sentence without its full stop. */
export function reasonText(reason: CompletenessReason, say: SayInstant, lang: Lang): string {
  const id = lang === 'id';
  switch (reason.kind) {
    case 'day-not-over':
      return id ? 'hari belum selesai' : 'the day is not over';
    case 'not-watched':
      return id ? 'Gerbang belum mengawasi OPD ini pada hari itu' : 'Gerbang did not watch this office on that day yet';
    case 'no-terminals':
      return id ? 'tidak ada mesin di OPD ini pada hari itu' : 'no terminal stood in this office on that day';
    case 'not-final':
      return id
        ? `${numberText(reason.rows, lang)} catatan belum pasti waktunya`
        : `the time of ${numberText(reason.rows, lang)} punches is not certain`;
    case 'after-close':
      return id
        ? `${numberText(reason.rows, lang)} catatan masuk setelah bulannya ditutup`
        : `${numberText(reason.rows, lang)} punches came after the month was closed`;
    case 'watched-since':
      return id
        ? `${reason.terminal}: baru terbaca sejak ${say(reason.since)}; yang terhapus sebelumnya tidak diketahui`
        : `${reason.terminal}: first read at ${say(reason.since)}; what was erased before is not known`;
    case 'gap':
      return `${reason.terminal}: ${lossTexts[reason.what][lang].toLowerCase()}, ${lostText(reason.atLeast, reason.atMost, lang)} ${spanText(reason.since, reason.until, say, lang)}`;
    default:
      return `${reason.terminal}: ${unreadText(reason, say, lang)}`;
  }
}

function unreadText(
  reason: Extract<CompletenessReason, { readonly readThrough: string | null }>,
  say: SayInstant,
  lang: Lang,
): string {
  const id = lang === 'id';
  const upTo = reason.readThrough === null ? null : say(reason.readThrough);
  const read =
    upTo === null ? (id ? 'belum pernah terbaca' : 'never read') : id ? `terbaca sampai ${upTo}` : `read up to ${upTo}`;
  const more =
    reason.unstored === null
      ? ''
      : `, ${numberText(reason.unstored, lang)} ${id ? 'catatan belum tersimpan' : 'records not stored yet'}`;
  return `${read}${more} (${unreadWords[reason.kind][lang]})`;
}

const unreadWords = {
  unread: { id: 'ditunggu', en: 'expected' },
  silent: { id: 'mesin tidak menjawab', en: 'silent' },
  quarantined: { id: 'perlu orang', en: 'needs a person' },
  paused: { id: 'dijeda', en: 'paused' },
  'never-reached': { id: 'belum pernah menjawab', en: 'has never answered' },
  'left-unread': { id: 'sudah tidak di tempat ini', en: 'has left this place' },
} as const;
