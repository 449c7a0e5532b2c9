/** What `gerbang recompute` and `gerbang close-period` say. */
import type { Bilingual } from './language.ts';

/** Names of the commands and their options. */
export const versionCommands = {
  recompute: {
    id: 'hitung ulang waktu semua catatan dengan semua bukti yang ada sekarang',
    en: 'work out the times of all punches again with everything that is known today',
  },
  terminal: { id: 'hanya mesin dengan nomor seri ini', en: 'only the terminal with this serial number' },
  after: {
    id: 'lanjutkan: hanya mesin yang nomor serinya sesudah ini',
    en: 'go on: only terminals whose serial sorts behind this one',
  },
  from: { id: 'mulai hari ini (TTTT-BB-HH, hari di OPD)', en: 'from this day on (YYYY-MM-DD, days of the office)' },
  to: { id: 'sampai hari ini', en: 'up to this day' },
  dryRun: { id: 'hanya hitung, tidak mengubah apa pun', en: 'count only, change nothing' },
  closePeriod: {
    id: 'tutup satu bulan: barisnya tidak diubah lagi, yang diketahui kemudian dicatat di sampingnya',
    en: 'close a month: its rows are never rewritten, what is learnt later is noted beside them',
  },
  month: { id: 'bulan (TTTT-BB), menurut waktu OPD', en: 'the month (YYYY-MM), in the time of the office' },
  office: { id: 'hanya OPD dengan kode ini; bila kosong semua', en: 'only the office with this code; all by default' },
  by: {
    id: 'siapa yang menutup; bila kosong nama pengguna komputer ini',
    en: 'who closes it; by default the user of this computer',
  },
} satisfies Record<string, Bilingual>;

/** Words of the answers. */
export const versionWords = {
  looked: { id: 'baris dihitung ulang', en: 'rows worked out again' },
  changed: { id: 'berubah', en: 'changed' },
  wouldChange: { id: 'akan berubah', en: 'would change' },
  told: { id: 'diberitahukan ke pemakai', en: 'told to consumers' },
  adjusted: { id: 'di bulan tertutup, dicatat di samping', en: 'in closed months, noted beside them' },
  alarms: { id: 'bertentangan dengan hitungan sebelumnya', en: 'contradict an earlier model' },
  terminals: { id: 'mesin', en: 'terminals' },
  nothingWritten: { id: 'Tidak ada yang diubah (--dry-run).', en: 'Nothing was written (--dry-run).' },
  stopped: { id: 'Dihentikan. Lanjutkan dengan', en: 'Stopped. Go on with' },
  alarmNext: {
    id: 'Lihat jam mesin itu dengan "gerbang clocks"; barisnya memakai batas kedua hitungan dan tidak lagi final.',
    en: 'Look at these clocks with "gerbang clocks"; the rows hold the bounds of both models and are not final any more.',
  },
  closed: { id: 'ditutup', en: 'closed' },
  already: { id: 'sudah ditutup', en: 'closed before' },
  rows: { id: 'baris', en: 'rows' },
  notFinal: { id: 'belum final', en: 'not final' },
  notFinalNext: {
    id: 'Baris yang belum final tetap begitu di bulan ini; yang diketahui kemudian masuk attendance_adjustment.',
    en: 'Rows that are not final stay so in this month; what is learnt later goes to attendance_adjustment.',
  },
  differs: {
    id: 'Isi bulan ini TIDAK sama lagi dengan saat ditutup. Jalankan "gerbang verify", lalu bandingkan dengan cadangan.',
    en: 'The rows of this month are NOT those it was closed with. Run "gerbang verify", then compare with a backup.',
  },
  fingerprint: { id: 'sidik', en: 'fingerprint' },
} satisfies Record<string, Bilingual>;
