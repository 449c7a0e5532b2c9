/** What a person should see about a clock: its name, what is seen, and the next step (docs/time.md, "Names of troubles"). */
import type { TroubleKind } from '../clock/model-types.ts';
import type { Term } from './clock.ts';
import type { Bilingual } from './language.ts';

/** A trouble in words. `next` asks for a look or a repair; it never accuses. */
export interface TroubleTerm extends Term {
  readonly next: Bilingual;
}

export const troubleKinds: Readonly<Record<TroubleKind, TroubleTerm>> = {
  'zone-mistake': {
    name: { id: 'zona waktu tidak sama', en: 'another time zone' },
    meaning: {
      id: 'Selisih jam adalah kelipatan seperempat jam dari zona OPD.',
      en: "The clock is a whole number of quarter hours away from the office's zone.",
    },
    next: {
      id: 'Periksa zona waktu dan waktu musim panas pada menu mesin, dan zona OPD pada gerbang.yaml.',
      en: "Check the zone and daylight saving in the terminal's menu, and the office's zone in gerbang.yaml.",
    },
  },
  'bad-crystal': {
    name: { id: 'jam berjalan tidak tepat', en: 'runs at a wrong rate' },
    meaning: {
      id: 'Jam bertambah atau berkurang lebih dari 50 per sejuta, lebih dari 4 detik sehari.',
      en: 'The clock gains or loses more than 50 millionths, over 4 seconds a day.',
    },
    next: {
      id: 'Mesin ini perlu diperiksa teknisi; catatannya tetap dikoreksi.',
      en: 'The terminal needs a technician; its punches are corrected all the same.',
    },
  },
  'does-not-hold-time': {
    name: { id: 'perlu ganti baterai jam', en: 'needs a clock battery' },
    meaning: {
      id: 'Jam kehilangan waktunya pada dua penyalaan atau lebih.',
      en: 'The clock lost its time at two restarts or more.',
    },
    next: {
      id: 'Ganti baterai jam (koin) di dalam mesin.',
      en: 'Replace the coin cell inside the terminal.',
    },
  },
  'set-did-not-take': {
    name: { id: 'tidak menerima setelan', en: 'did not take a set' },
    meaning: {
      id: 'Sesudah Gerbang menyetel jam, mesin menunjukkan waktu lain.',
      en: 'After Gerbang set the clock, the terminal showed another time.',
    },
    next: {
      id: 'Periksa apakah ada server waktu atau program lain yang menyetel mesin ini.',
      en: 'See whether a time server or another program sets this terminal.',
    },
  },
  'set-by-other': {
    name: { id: 'disetel pihak lain', en: 'set by something else' },
    meaning: {
      id: 'Jam menjadi tepat beberapa kali, bukan oleh Gerbang.',
      en: 'The clock was put right several times, not by Gerbang.',
    },
    next: {
      id: 'Ketahui siapa atau program apa yang menyetelnya, dan cukup satu yang melakukannya.',
      en: 'Find out who or what sets it, and leave it to one of them.',
    },
  },
  'frozen-clock': {
    name: { id: 'jam diam', en: 'clock stood still' },
    meaning: {
      id: 'Mesin menunjukkan satu nilai saja selama beberapa waktu.',
      en: 'The terminal showed one value only for some time.',
    },
    next: {
      id: 'Nyalakan ulang mesin; bila terulang, mesin perlu diperiksa teknisi.',
      en: 'Restart the terminal; if it happens again, it needs a technician.',
    },
  },
  'cached-clock': {
    name: { id: 'menjawab dengan bacaan lama', en: 'answers with old readings' },
    meaning: {
      id: 'Mesin menjawab dengan waktu yang dibacanya lebih dahulu; batasnya dilebarkan karenanya.',
      en: 'The terminal answers with a time it read earlier; the bounds are wider for it.',
    },
    next: { id: 'Tidak perlu tindakan.', en: 'Nothing to do.' },
  },
  'there-and-back': {
    name: { id: 'berubah lalu kembali', en: 'moved and moved back' },
    meaning: {
      id: 'Jam berubah, lalu kembali seperti semula. Catatan di antaranya ditunjukkan bersama buktinya.',
      en: 'The clock was moved and moved back again. The punches in between are shown with their evidence.',
    },
    next: {
      id: 'Bandingkan catatan di antaranya dengan saksi lain; bukti ini tidak menyebut siapa atau mengapa.',
      en: 'Compare the punches in between with another witness; this evidence does not say who or why.',
    },
  },
  'future-punches': {
    name: { id: 'catatan bertanggal mendatang', en: 'punches dated in the future' },
    meaning: {
      id: 'Ada catatan yang tanggalnya sesudah hari saat dibaca.',
      en: 'Some punches are dated after the day on which they were read.',
    },
    next: {
      id: 'Periksa jam mesin pada hari itu; catatannya disimpan apa adanya.',
      en: 'Check the clock of that day; the punches are kept as they are.',
    },
  },
  'filled-in-advance': {
    name: { id: 'banyak hari tiba sekaligus, bertanggal mendatang', en: 'many days at once, dated ahead' },
    meaning: {
      id: 'Catatan dari banyak hari mendatang tiba dalam beberapa hari saja.',
      en: 'Punches of many days to come arrived within a few days.',
    },
    next: {
      id: 'Bandingkan dengan saksi lain; bukti ini tidak menyebut siapa atau mengapa.',
      en: 'Compare them with another witness; this evidence does not say who or why.',
    },
  },
  'impossible-dates': {
    name: { id: 'tanggal yang tidak ada', en: 'dates that do not exist' },
    meaning: {
      id: 'Mesin menulis tanggal yang tidak ada dalam kalender.',
      en: 'The terminal wrote dates that are not in the calendar.',
    },
    next: { id: 'Periksa jam dan firmware mesin.', en: "Check the terminal's clock and firmware." },
  },
  'host-clock': {
    name: { id: 'jam komputer Gerbang meloncat', en: "the gateway's clock jumped" },
    meaning: {
      id: 'Bukan jam mesin, melainkan jam komputer Gerbang yang meloncat; batas di sekitarnya dilebarkan.',
      en: "Not the terminal's clock but the gateway's own one jumped; the bounds around it are wider.",
    },
    next: {
      id: 'Periksa sinkronisasi waktu (NTP) pada komputer Gerbang.',
      en: "Check the time synchronisation (NTP) of the gateway's computer.",
    },
  },
};
