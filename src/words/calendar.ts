/** The calendar of completeness in words. */
import type { CompletenessState } from '../store/completeness.ts';
import type { Bilingual } from './language.ts';

export const calendarWords = {
  title: { id: 'Kelengkapan data', en: 'Completeness' },
  lead: {
    id: 'Apakah data setiap hari sudah lengkap. Angka presensi tanpa kelengkapannya hanya setengah jawaban. Klik sebuah hari untuk melihat sebabnya.',
    en: 'Whether the data of each day is complete. A count without its completeness is half an answer. Choose a day to see why.',
  },
  month: { id: 'Bulan', en: 'Month' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  allOffices: { id: 'Semua OPD', en: 'All offices' },
  show: { id: 'Tampilkan', en: 'Show' },
  officePage: { id: 'OPD, halaman', en: 'Offices, page' },
  before: { id: 'Bulan sebelumnya', en: 'Month before' },
  after: { id: 'Bulan berikutnya', en: 'Month after' },
  sum: { id: 'lengkap', en: 'complete' },
  none: { id: 'Belum dinilai', en: 'Not judged' },
  future: { id: 'Belum terjadi', en: 'Still to come' },
  empty: {
    id: 'Belum ada OPD. Kelengkapan muncul setelah OPD dan mesinnya diatur dan terbaca.',
    en: 'There is no office yet. Completeness appears when offices and terminals are set up and read.',
  },
  reasons: { id: 'Sebab', en: 'Reasons' },
  complete: { id: 'Tidak ada yang kurang.', en: 'Nothing is missing.' },
  records: { id: 'Catatan', en: 'Punches' },
  notFinal: { id: 'Waktunya belum pasti', en: 'Time not certain' },
  machines: { id: 'Mesin terbaca', en: 'Terminals read' },
  gaps: { id: 'Catatan hilang', en: 'Gaps' },
  afterClose: { id: 'Masuk setelah bulan ditutup', en: 'Came after the month was closed' },
  revision: { id: 'Revisi', en: 'Revision' },
  computed: { id: 'Dinilai', en: 'Judged' },
  toAttendance: { id: 'Lihat presensi hari ini', en: 'See the punches of this day' },
  toMonth: { id: 'Kembali ke bulan ini', en: 'Back to the month' },
  notJudgedText: {
    id: 'Hari ini belum dinilai: belum ada catatan, atau Gerbang belum mengawasi OPD ini.',
    en: 'This day was not judged: there is no punch, or Gerbang did not watch this office yet.',
  },
} satisfies Record<string, Bilingual>;

/** One sign per state, beside its colour and its word. */
export const stateSigns: Readonly<Record<CompletenessState, string>> = {
  complete: '●',
  'complete-except': '◐',
  'not-yet': '○',
};
