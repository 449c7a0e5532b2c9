/** Attendance and its completeness in the words of people. */
import { type Bilingual, type Lang, numberText } from './language.ts';

export const attendanceWords = {
  title: { id: 'Presensi', en: 'Attendance' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  allOffices: { id: 'Semua OPD', en: 'All offices' },
  machine: { id: 'Mesin', en: 'Terminal' },
  allMachines: { id: 'Semua mesin', en: 'All terminals' },
  pin: { id: 'PIN', en: 'PIN' },
  from: { id: 'Dari tanggal', en: 'From' },
  to: { id: 'Sampai tanggal', en: 'Until' },
  show: { id: 'Tampilkan', en: 'Show' },
  find: { id: 'Cari pegawai', en: 'Find a person' },
  findLabel: { id: 'Nama atau NIP', en: 'Name or NIP' },
  findHint: {
    id: 'Nama dan NIP tidak pernah masuk alamat halaman atau catatan server.',
    en: 'Names and NIPs never stand in an address or a log.',
  },
  found: { id: 'Pegawai yang cocok', en: 'People who match' },
  foundNone: {
    id: 'Tidak ada pegawai yang cocok. Pegawai didaftarkan di Pengaturan → Pegawai; catatan mesin yang belum punya nama dapat dicari dengan PIN.',
    en: 'Nobody matches. People are registered under Pengaturan → Pegawai; punches without a name can be found by PIN.',
  },
  person: { id: 'Pegawai', en: 'Person' },
  unknownPerson: { id: 'belum dikenal', en: 'not known yet' },
  onlyPerson: { id: 'Hanya pegawai', en: 'Only' },
  allPeople: { id: 'Semua orang', en: 'Everybody' },
  time: { id: 'Waktu terkoreksi', en: 'Corrected time' },
  how: { id: 'Cara', en: 'How' },
  status: { id: 'Kepastian', en: 'Certainty' },
  evidence: { id: 'Bukti', en: 'Evidence' },
  deviceTime: { id: 'Waktu di mesin', en: 'Time on the terminal' },
  impossible: { id: 'tanggal yang mustahil', en: 'a date that cannot exist' },
  between: { id: 'Pasti antara', en: 'Certainly between' },
  noEarliest: { id: 'tidak diketahui', en: 'unknown' },
  received: { id: 'Terbaca', en: 'Read' },
  revision: { id: 'Revisi', en: 'Revision' },
  suspect: { id: 'Perlu diperiksa', en: 'Worth a second look' },
  why: { id: 'Mengapa pukul ini?', en: 'Why this time?' },
  empty: {
    id: 'Tidak ada catatan untuk saringan ini. Catatan muncul segera setelah mesin terbaca; tidak adanya catatan bukan berarti tidak hadir.',
    en: 'No punch matches. Punches appear as soon as their terminal is read; that there is none does not mean that somebody was absent.',
  },
  older: { id: 'Lebih lama', en: 'Older' },
  newest: { id: 'Kembali ke yang terbaru', en: 'Back to the newest' },
  csv: { id: 'Unduh CSV', en: 'Download CSV' },
  xlsx: { id: 'Unduh XLSX', en: 'Download XLSX' },
  exportHint: {
    id: 'Unduhan memuat kelengkapan data di atasnya, paling banyak 100.000 catatan (XLSX 20.000), dan dicatat dalam jejak audit.',
    en: 'A download carries its completeness on top, holds at most 100,000 punches (XLSX 20,000), and is noted in the audit log.',
  },
  badDays: {
    id: 'Rentang tanggal tidak dapat dipakai: tulis tanggal yang ada, yang pertama sebelum yang terakhir, paling lama 366 hari.',
    en: 'These days cannot be used: give days that exist, the first before the last, at most 366 of them.',
  },
  pinAlone: {
    id: 'Satu PIN dapat milik orang lain di setiap OPD. Pilih juga OPD atau mesinnya.',
    en: 'A PIN can be somebody else in each office. Choose the office or the terminal as well.',
  },
  noSuchOffice: { id: 'OPD itu tidak ada.', en: 'There is no such office.' },
  noSuchPerson: { id: 'Pegawai itu tidak ada.', en: 'There is no such person.' },
  cut: {
    id: 'DIPOTONG: hanya catatan terbaru. Persempit rentang tanggal untuk memperoleh semuanya.',
    en: 'CUT OFF: only the newest punches. Narrow the days down to get all of them.',
  },
  whole: { id: 'Semua catatan dari saringan ini.', en: 'All punches that were asked for.' },
  sheetRows: { id: 'Presensi', en: 'Attendance' },
  sheetDays: { id: 'Kelengkapan', en: 'Completeness' },
  day: { id: 'Tanggal', en: 'Day' },
  state: { id: 'Kelengkapan', en: 'Completeness' },
  machinesRead: { id: 'Mesin terbaca', en: 'Terminals read' },
  machinesAll: { id: 'Mesin seluruhnya', en: 'Terminals in all' },
  records: { id: 'Catatan', en: 'Punches' },
  reasons: { id: 'Sebab', en: 'Reasons' },
  notJudged: { id: 'Belum dinilai', en: 'Not judged yet' },
  printedAt: { id: 'Dibuat', en: 'Made' },
} satisfies Record<string, Bilingual>;

/** Heads of an export, in the order of its columns. */
export const exportHeads: readonly Bilingual[] = [
  { id: 'ID catatan', en: 'Punch id' },
  { id: 'OPD', en: 'Office' },
  { id: 'Nomor seri mesin', en: 'Terminal serial' },
  { id: 'Mesin', en: 'Terminal' },
  { id: 'PIN', en: 'PIN' },
  { id: 'NIP', en: 'NIP' },
  { id: 'Nama', en: 'Name' },
  { id: 'Tanggal', en: 'Day' },
  { id: 'Waktu terkoreksi', en: 'Corrected time' },
  { id: 'Zona', en: 'Zone' },
  { id: 'Paling awal', en: 'Earliest' },
  { id: 'Paling akhir', en: 'Latest' },
  { id: 'Kepastian', en: 'Certainty' },
  { id: 'Waktu di mesin', en: 'Time on the terminal' },
  { id: 'Cara', en: 'How' },
  { id: 'Tombol', en: 'Key' },
  { id: 'Terbaca', en: 'Read' },
  { id: 'Revisi', en: 'Revision' },
  { id: 'Perlu diperiksa', en: 'Second look' },
];

/** How complete the days behind a count are. */
export interface CompletenessSum {
  readonly complete: number;
  readonly completeExcept: number;
  readonly notYet: number;
  readonly terminals: number;
  readonly terminalsRead: number;
}

/**
 * `data 17 dari 19 mesin` for one day; `lengkap 28 dari 31 hari OPD` for more.
 *
 * @param days days of offices that the count speaks of; those without a verdict are in none of the sums
 */
export function completenessText(sum: CompletenessSum, days: number, isOneDay: boolean, lang: Lang): string {
  const number = (value: number): string => numberText(value, lang);
  const judged = sum.complete + sum.completeExcept + sum.notYet;
  if (judged === 0) return { id: 'kelengkapan belum dinilai', en: 'completeness not judged yet' }[lang];
  if (isOneDay) {
    const [read, all] = [number(sum.terminalsRead), number(sum.terminals)];
    return { id: `data ${read} dari ${all} mesin`, en: `data of ${read} of ${all} terminals` }[lang];
  }
  const parts = [
    {
      id: `lengkap ${number(sum.complete)} dari ${number(days)} hari OPD`,
      en: `${number(sum.complete)} of ${number(days)} office days complete`,
    }[lang],
  ];
  if (sum.completeExcept > 0)
    parts.push(
      { id: `${number(sum.completeExcept)} dengan pengecualian`, en: `${number(sum.completeExcept)} with exceptions` }[
        lang
      ],
    );
  if (sum.notYet > 0)
    parts.push({ id: `${number(sum.notYet)} belum lengkap`, en: `${number(sum.notYet)} not yet` }[lang]);
  if (days > judged)
    parts.push({ id: `${number(days - judged)} belum dinilai`, en: `${number(days - judged)} not judged` }[lang]);
  return parts.join(', ');
}

/** `412 catatan`; `lebih dari 10.000 catatan`. */
export function rowsText(rows: number, limit: number, lang: Lang): string {
  const more = rows > limit;
  const number = numberText(more ? limit : rows, lang);
  if (lang === 'id') return `${more ? 'lebih dari ' : ''}${number} catatan`;
  return `${more ? 'more than ' : ''}${number} ${rows === 1 ? 'punch' : 'punches'}`;
}
