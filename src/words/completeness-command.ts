/** What `gerbang completeness` says. */
import type { Bilingual } from './language.ts';

export const completenessWords = {
  summary: {
    id: 'kelengkapan data tiap OPD pada suatu hari, dengan alasannya',
    en: 'how complete the data of each office is on a day, and why',
  },
  day: {
    id: 'hari, YYYY-MM-DD; bila kosong kemarin dan hari ini',
    en: 'the day, YYYY-MM-DD; yesterday and today when left out',
  },
  office: { id: 'kode OPD; bila kosong semua', en: 'code of the office; all when left out' },
  recompute: {
    id: 'minta gateway menghitung ulang dari catatan yang tersimpan, sejak --from',
    en: 'have the gateway compute again from what is stored, from --from on',
  },
  from: {
    id: 'hari pertama untuk --recompute; bila kosong 35 hari lalu',
    en: 'first day for --recompute; 35 days ago when left out',
  },
  columns: {
    day: { id: 'Hari', en: 'Day' },
    office: { id: 'OPD', en: 'Office' },
    state: { id: 'Kelengkapan', en: 'Completeness' },
    records: { id: 'Catatan', en: 'Punches' },
    terminals: { id: 'Mesin', en: 'Terminals' },
  },
  of: { id: 'dari', en: 'of' },
  none: {
    id: 'Belum ada kelengkapan untuk hari ini. Gateway menghitungnya selama berjalan.',
    en: 'There is no completeness for this day yet. A running gateway computes it.',
  },
  asked: {
    id: 'Diminta. Gateway yang berjalan menghitungnya dalam hitungan menit.',
    en: 'Asked for. A running gateway computes it within minutes.',
  },
  gaps: { id: 'Catatan hilang (35 hari terakhir)', en: 'Records gone (last 35 days)' },
} satisfies Record<string, Bilingual | Record<string, Bilingual>>;
