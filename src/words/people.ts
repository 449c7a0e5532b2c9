/** People and their PINs in words. */
import type { Bilingual } from './language.ts';

export const peopleWords = {
  title: { id: 'Pegawai', en: 'People' },
  lead: {
    id: 'Siapa di balik setiap PIN. Catatan mesin yang sudah tersimpan langsung mendapat nama begitu PIN-nya didaftarkan.',
    en: 'Who is behind each PIN. Punches that are stored already have a name as soon as their PIN is registered.',
  },
  name: { id: 'Nama', en: 'Name' },
  nip: { id: 'NIP', en: 'NIP' },
  nipHint: { id: '18 angka; kosongkan untuk pegawai tanpa NIP.', en: '18 digits; leave empty for staff without one.' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  pins: { id: 'PIN', en: 'PINs' },
  ended: { id: 'Hari terakhir bertugas', en: 'Last day of service' },
  add: { id: 'Tambah pegawai', en: 'Add a person' },
  save: { id: 'Simpan', en: 'Save' },
  saved: { id: 'Tersimpan.', en: 'Saved.' },
  import: { id: 'Impor dari CSV', en: 'Import from CSV' },
  export: { id: 'Unduh CSV', en: 'Download CSV' },
  find: { id: 'Cari', en: 'Find' },
  findLabel: { id: 'Nama atau NIP', en: 'Name or NIP' },
  empty: {
    id: 'Belum ada pegawai. Impor daftar pegawai dari CSV, atau tambahkan satu per satu.',
    en: 'Nobody is registered yet. Import a list from CSV, or add people one by one.',
  },
  addPin: { id: 'Tambah PIN', en: 'Add a PIN' },
  pin: { id: 'PIN di mesin', en: 'PIN on the terminal' },
  machine: { id: 'Nomor seri mesin', en: 'Serial number of the terminal' },
  machineHint: {
    id: 'Kosongkan bila PIN berlaku di semua mesin OPD ini.',
    en: 'Leave empty when the PIN holds on all terminals of this office.',
  },
  wholeOffice: { id: 'semua mesin', en: 'all terminals' },
  from: { id: 'Berlaku sejak', en: 'From' },
  until: { id: 'Sampai dengan', en: 'Until and including' },
  endPin: { id: 'Akhiri', en: 'End' },
  always: { id: 'sejak awal', en: 'from the beginning' },
  noEnd: { id: 'seterusnya', en: 'no end' },
  upload: { id: 'Berkas CSV', en: 'CSV file' },
  uploadHint: {
    id: 'Kolom: nip, nama, opd, pin, mesin, sejak, sampai. Satu baris per PIN; mesin kosong berarti semua mesin OPD; tanggal ditulis 2026-03-31. Di Excel jadikan kolom NIP dan PIN berjenis Teks.',
    en: 'Columns: nip, nama, opd, pin, mesin, sejak, sampai. One line per PIN; no machine means all of the office; days as 2026-03-31. In Excel, make NIP and PIN text columns.',
  },
  paste: { id: 'atau tempelkan isinya di sini', en: 'or paste it here' },
  check: { id: 'Periksa dahulu', en: 'Check first' },
  checkLead: {
    id: 'Belum ada yang diubah. Inilah yang akan berubah:',
    en: 'Nothing was changed yet. This is what would change:',
  },
  apply: { id: 'Terapkan perubahan ini', en: 'Apply these changes' },
  applied: { id: 'Perubahan diterapkan.', en: 'The changes were applied.' },
  nothing: {
    id: 'Tidak ada yang berubah: semua sudah seperti dalam berkas.',
    en: 'Nothing would change: all is as in the file.',
  },
  wrongLines: {
    id: 'Betulkan baris ini dahulu; selama ada yang salah, tidak ada yang diterapkan:',
    en: 'Correct these lines first; while one is wrong, nothing is applied:',
  },
  moved: {
    id: 'Data pegawai berubah sejak diperiksa. Periksa sekali lagi sebelum menerapkan.',
    en: 'People changed since this was checked. Look once more before you apply it.',
  },
  gone: {
    id: 'Daftar itu sudah diterapkan atau kedaluwarsa. Unggah lagi.',
    en: 'That list was applied or has expired. Send it again.',
  },
  line: { id: 'Baris', en: 'Line' },
  change: { id: 'Perubahan', en: 'Change' },
  newPerson: { id: 'pegawai baru', en: 'new person' },
  changedPerson: { id: 'data pegawai berubah', en: 'person changes' },
  newPin: { id: 'PIN baru', en: 'new PIN' },
  endedPin: { id: 'masa PIN berubah', en: 'end of PIN changes' },
  same: { id: 'baris tidak berubah', en: 'lines unchanged' },
  more: { id: 'dan lainnya', en: 'and more' },
  tooLarge: {
    id: 'Berkas terlalu besar: paling banyak 2 MB dan 20.000 baris.',
    en: 'Too large: at most 2 MB and 20,000 lines.',
  },
  faultNip: {
    id: 'NIP harus 18 angka, diawali tanggal lahir (tttt-bb-hh)',
    en: 'a NIP has 18 digits and begins with a date of birth',
  },
  faultExcel: {
    id: 'NIP rusak oleh Excel (1,98E+17); jadikan kolomnya Teks',
    en: 'Excel spoilt the NIP (1.98E+17); make its column text',
  },
  faultName: { id: 'nama kosong atau lebih dari 120 huruf', en: 'the name is empty or longer than 120 characters' },
  faultOffice: { id: 'OPD tidak dikenal; pakai kodenya', en: 'no such office; use its code' },
  faultPin: { id: 'PIN harus 1–24 huruf atau angka', en: 'a PIN has 1–24 letters or digits' },
  faultMachine: { id: 'nomor seri mesin tidak dapat dipakai', en: 'this is no serial number' },
  faultDay: {
    id: 'tanggal harus ditulis 2026-03-31, dan sejak tidak sesudah sampai',
    en: 'days are written 2026-03-31, from not after until',
  },
  faultTaken: {
    id: 'PIN ini milik orang lain di sana pada masa itu; akhiri dahulu',
    en: 'this PIN is somebody else there at that time; end it first',
  },
  faultColumns: {
    id: 'kolom nama dan opd harus ada di baris pertama',
    en: 'the first line must name the columns nama and opd',
  },
  faultCsv: { id: 'baris tidak dapat dibaca sebagai CSV', en: 'the line cannot be read as CSV' },
} satisfies Record<string, Bilingual>;

/** What can be wrong with a line or a field. */
export type PeopleFault = Extract<keyof typeof peopleWords, `fault${string}`>;
