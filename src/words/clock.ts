/**
 * Every name the clock model gives, in words that a clerk and a hearing understand (docs/time.md). They describe what is
 * seen; none says who did something, or why.
 */
import type { TimeBasis, TimeStatus } from '../clock/correct.ts';
import type { Assumption, WhatWouldChange } from '../clock/description.ts';
import type { StepKind, StepLocator } from '../clock/model-types.ts';
import type { SampleKind } from '../clock/sample.ts';
import type { Bilingual } from './language.ts';

/** A short name, and what it means as a sentence. */
export interface Term {
  readonly name: Bilingual;
  readonly meaning: Bilingual;
}

export const timeStatuses: Readonly<Record<TimeStatus, Term>> = {
  final: {
    name: { id: 'pasti', en: 'final' },
    meaning: {
      id: 'Jam mesin diperiksa sebelum dan sesudah catatan ini, dan keduanya sejalan. Batasnya terbukti.',
      en: 'The clock was checked before and after this punch, and both agree. The bounds are proven.',
    },
  },
  provisional: {
    name: { id: 'sementara', en: 'provisional' },
    meaning: {
      id: 'Jam mesin baru diperiksa dari satu sisi. Batasnya benar bila jam tidak diubah di antaranya.',
      en: 'The clock was checked on one side only. The bounds hold if nobody moved the clock in between.',
    },
  },
  bounded: {
    name: { id: 'kira-kira', en: 'approximate' },
    meaning: {
      id: 'Jam mesin berubah di sekitar catatan ini. Batasnya hanya yang pasti apa pun yang terjadi pada jam itu.',
      en: 'The clock was moved near this punch. The bounds are what is certain whatever the clock did.',
    },
  },
  ambiguous: {
    name: { id: 'mendua', en: 'ambiguous' },
    meaning: {
      id: 'Jam mesin berubah di sekitar catatan ini, dan lebih dari satu waktu cocok. Semuanya disebut di bawah.',
      en: 'The clock was moved near this punch, and more than one time fits. All of them are listed below.',
    },
  },
  uncorrectable: {
    name: { id: 'tak terkoreksi', en: 'uncorrectable' },
    meaning: {
      id: 'Tidak ada keadaan jam yang dikenal yang cocok. Waktu yang disebut hanya tempat dalam daftar, bukan temuan.',
      en: 'No known setting of the clock fits. The time that is named is a place in a list, not a finding.',
    },
  },
};

export const timeBases: Readonly<Record<TimeBasis, Bilingual>> = {
  'between-samples': {
    id: 'Catatan ini terletak di antara dua pemeriksaan jam.',
    en: 'The punch lies between two looks at the clock.',
  },
  'after-last-sample': {
    id: 'Sesudah catatan ini jam belum diperiksa lagi.',
    en: 'The clock has not been looked at since the punch.',
  },
  'before-first-sample': {
    id: 'Catatan ini dibuat sebelum jam pertama kali diperiksa.',
    en: 'The punch was made before the clock was first looked at.',
  },
  'step-one-candidate': {
    id: 'Jam berubah di dekat catatan ini; hanya satu keadaan jam yang cocok dengan urutan dan saat tibanya.',
    en: 'The clock was moved near the punch; only one of its settings fits the order and the arrival.',
  },
  'step-two-candidates': {
    id: 'Jam berubah di dekat catatan ini; lebih dari satu keadaan jam cocok.',
    en: 'The clock was moved near the punch; more than one of its settings fits.',
  },
  'reset-proven': {
    id: 'Jam mulai lagi dari tahun 2000, dan tidak ada cukup waktu untuk mulai lagi dua kali.',
    en: 'The clock restarted in the year 2000, and there was no time for it to restart twice.',
  },
  'several-steps': {
    id: 'Pada pembacaan yang sama ada catatan dari keadaan jam yang tidak pernah diperiksa.',
    en: 'The same read holds records of a clock setting that nobody ever looked at.',
  },
  'outside-bracket': {
    id: 'Menurut jam yang dikenal, catatan ini jatuh di luar saat tibanya.',
    en: 'By the clock as it is known, the punch would lie outside the time in which it arrived.',
  },
  'behind-a-step': {
    id: 'Urutan catatan menunjukkan jam mundur sesudahnya, dan sebelum itu jam tidak pernah diperiksa.',
    en: 'The order of the log shows that the clock ran backwards after it, and before that nobody looked at it.',
  },
  'frozen-clock': {
    id: 'Jam menunjukkan satu nilai yang sama selama beberapa waktu.',
    en: 'The clock kept showing one and the same value.',
  },
  'no-sample': { id: 'Jam mesin ini belum pernah diperiksa.', en: 'The clock of this terminal was never looked at.' },
  'impossible-date': {
    id: 'Mesin menulis tanggal yang tidak ada dalam kalender.',
    en: 'The terminal wrote a date that does not exist.',
  },
};

export const stepKinds: Readonly<Record<StepKind, Bilingual>> = {
  'own-set': { id: 'disetel oleh Gerbang', en: 'set by Gerbang' },
  'reset-2000': { id: 'mulai lagi dari tahun 2000', en: 'restarted in the year 2000' },
  stopped: { id: 'berhenti selama tidak terjangkau', en: 'stood still while out of reach' },
  frozen: { id: 'menunjukkan satu nilai saja', en: 'showed one value only' },
  'zone-change': { id: 'berubah sebesar kelipatan seperempat jam', en: 'moved by whole quarter hours' },
  'daylight-saving': { id: 'berubah satu jam pada tengah malam', en: 'moved by one hour in the night' },
  'host-clock': { id: 'jam komputer Gerbang yang meloncat', en: "the gateway's own clock jumped" },
  slight: { id: 'bergeser sedikit', en: 'moved slightly' },
  'set-by-other': { id: 'menjadi tepat, bukan oleh Gerbang', en: 'put right, not by Gerbang' },
  moved: { id: 'berubah, bukan oleh Gerbang', en: 'moved, not by Gerbang' },
};

export const stepLocators: Readonly<Record<StepLocator, Bilingual>> = {
  'own-set': { id: 'perintah Gerbang sendiri', en: "Gerbang's own command" },
  'live-event': { id: 'kabar langsung dari mesin', en: 'a live event' },
  arrival: { id: 'saat tibanya catatan', en: 'the arrival of records' },
  'operation-log': { id: 'catatan operasi mesin', en: "the terminal's operation log" },
  order: { id: 'urutan catatan', en: 'the order of records' },
  samples: { id: 'pemeriksaan jam saja', en: 'looks at the clock alone' },
};

export const sampleKinds: Readonly<Record<SampleKind, Bilingual>> = {
  'first-contact': { id: 'perkenalan', en: 'first contact' },
  hourly: { id: 'tiap jam', en: 'hourly' },
  'before-read': { id: 'sebelum membaca', en: 'before a read' },
  'after-read': { id: 'sesudah membaca', en: 'after a read' },
  'before-set': { id: 'sebelum menyetel', en: 'before a set' },
  'after-set': { id: 'sesudah menyetel', en: 'after a set' },
};

export const assumptions: Readonly<Record<Assumption, Bilingual>> = {
  'host-clock': {
    id: 'Jam komputer Gerbang benar saat bertanya, sejauh kesalahan yang dinyatakannya.',
    en: "The gateway's own clock was right when it asked, within the error it stated.",
  },
  'rate-within-limits': {
    id: 'Jam mesin tidak berjalan lebih cepat atau lebih lambat daripada batas laju yang disebut dalam hitungan.',
    en: 'The clock did not run faster or slower than the limits named in the arithmetic.',
  },
  'log-in-order': {
    id: 'Mesin menulis catatannya berurutan dari depan ke belakang.',
    en: 'The terminal writes its log from front to back.',
  },
  'not-there-and-back': {
    id: 'Di antara kedua pemeriksaan, jam tidak diubah lalu dikembalikan persis seperti semula.',
    en: 'Between the two looks the clock was not moved away and exactly back again.',
  },
  'not-moved-since-look': {
    id: 'Jam tidak diubah di antara satu-satunya pemeriksaan dan catatan ini.',
    en: 'Nobody moved the clock between the only look and the punch.',
  },
  'restarts-in-2000': {
    id: 'Jam yang kehilangan daya mulai dari detik pertama tahun 2000, dan tidak ada yang menyetelnya ke sana.',
    en: 'A clock that loses its power restarts with the first second of 2000, and nobody sets one to it by hand.',
  },
};

export const whatWouldChange: Readonly<Record<WhatWouldChange, Bilingual>> = {
  'later-sample': {
    id: 'Pemeriksaan jam berikutnya dapat mempersempit atau memastikan waktu ini.',
    en: 'A later look at the clock can narrow this time or make it final.',
  },
  nothing: {
    id: 'Tidak ada: bukti untuk waktu ini sudah lengkap.',
    en: 'Nothing: the evidence for this time is complete.',
  },
  witness: {
    id: 'Hanya saksi dari saat itu sendiri, misalnya rekaman kamera.',
    en: 'Only a witness of the moment itself, such as a camera.',
  },
  'no-later-evidence': {
    id: 'Tidak ada lagi dari mesin ini: pemeriksaan sebelum catatan itu tidak pernah dibuat.',
    en: 'Nothing more from this terminal: no look at its clock was taken before the punch.',
  },
};
