/** What `gerbang verify`, `digest`, `backup` and `restore` say. */
import type { Bilingual } from './language.ts';

/** Names of the commands and their options. */
export const evidenceCommands = {
  verify: {
    id: 'hitung ulang rantai bukti; setiap baris yang diubah, hilang atau disisipkan disebut',
    en: 'recompute the chain of evidence; every row altered, removed or inserted is named',
  },
  from: { id: 'mulai hari ini (TTTT-BB-HH, UTC)', en: 'from this day on (YYYY-MM-DD, UTC)' },
  to: { id: 'sampai hari ini', en: 'up to this day' },
  terminal: { id: 'hanya mesin dengan nomor seri ini', en: 'only the terminal with this serial number' },
  against: {
    id: 'bandingkan dengan sidik yang disimpan di tempat lain: teksnya, atau berkas berisi satu atau lebih',
    en: 'compare with a digest kept elsewhere: its text, or a file with one or more',
  },
  digest: {
    id: 'cetak sidik bukti satu hari, untuk disimpan di tempat lain',
    en: 'print the digest of a day of evidence, to be kept elsewhere',
  },
  day: {
    id: 'hari (TTTT-BB-HH, UTC); bila kosong hari terakhir',
    en: 'the day (YYYY-MM-DD, UTC); by default the last one',
  },
  backup: {
    id: 'simpan seluruh isi basis data ke satu berkas, tanpa menghentikan gateway',
    en: 'write the whole database to one file, without stopping the gateway',
  },
  backupFile: { id: 'berkas baru', en: 'a new file' },
  restore: { id: 'kembalikan basis data dari cadangan', en: 'bring a database back from a backup' },
  restoreFile: { id: 'berkas dari gerbang backup', en: 'a file made by gerbang backup' },
  replace: {
    id: 'buang apa yang ada di basis data lebih dulu',
    en: 'throw away first what the database holds',
  },
} satisfies Record<string, Bilingual>;

/** Results, as sentences and labels. */
export const evidenceWords = {
  inOrder: { id: 'Semua bukti utuh.', en: 'All evidence is in order.' },
  fitsItself: {
    id: 'Baris-baris yang tersimpan cocok satu sama lain: rantainya ikut ditulis ulang.',
    en: 'The stored rows fit each other: the chain was rewritten with them.',
  },
  notInOrder: { id: 'Bukti TIDAK utuh: baris yang bermasalah', en: 'Evidence is NOT in order: rows concerned' },
  firstOnly: { id: 'hanya yang pertama disebut', en: 'only the first ones are named' },
  checked: { id: 'Diperiksa', en: 'Checked' },
  terminals: { id: 'mesin', en: 'terminals' },
  batches: { id: 'kiriman', en: 'batches' },
  punches: { id: 'catatan', en: 'punches' },
  samples: { id: 'pemeriksaan jam', en: 'clock samples' },
  events: { id: 'kejadian jam', en: 'clock events' },
  days: { id: 'hari tersegel', en: 'sealed days' },
  through: { id: 'sampai', en: 'through' },
  unchained: {
    id: 'Tidak berantai (tersimpan sebelum ada rantai; disegel seperti ditemukan)',
    en: 'Not chained (stored before there was a chain; sealed as found)',
  },
  withoutChain: { id: 'mesin tanpa rantai sama sekali', en: 'terminals without any chain' },
  same: { id: 'Sama dengan sidik yang disimpan', en: 'Same as the kept digest of' },
  unknown: { id: 'Belum ada sidik di sini untuk', en: 'No digest here of' },
  differs: {
    id: 'Riwayat BERBEDA dari sidik yang disimpan: yang berubah tersimpan paling lambat',
    en: 'History DIFFERS from the kept digest: what was changed had been stored by',
  },
  agrees: { id: 'sampai hari ini masih sama', en: 'up to this day it is the same' },
  rows: { id: 'baris', en: 'rows' },
  reading: { id: 'memeriksa', en: 'checking' },
  digestOf: { id: 'Sidik bukti Gerbang, hari (UTC)', en: 'Gerbang digest of evidence, day (UTC)' },
  keep: {
    id: 'Simpan baris ini di tempat yang tidak dapat diubah siapa pun di sini: surat, surel, kertas. Periksa kelak dengan',
    en: 'Keep this line where nobody here can change it: in a letter, a mail, on paper. Check later with',
  },
  noDay: { id: 'Hari itu belum tersegel', en: 'That day is not sealed' },
  backedUp: { id: 'Cadangan ditulis', en: 'Backup written' },
  restored: { id: 'Basis data dikembalikan', en: 'Database restored' },
  refill: {
    id: 'Jalankan gerbang start: mesin-mesin dibaca lagi dan mengisi yang lebih baru dari cadangan.',
    en: 'Run gerbang start: the terminals are read again and fill in what is newer than the backup.',
  },
  table: { id: 'tabel', en: 'table' },
  sealed: { id: 'Bukti tersegel sampai', en: 'Evidence sealed through' },
  alterable: {
    id: 'Peran basis data ini dapat mengubah bukti (docs/operations.md, Database roles)',
    en: 'This database role could alter evidence (docs/operations.md, Database roles)',
  },
} satisfies Record<string, Bilingual>;

/** What happened to a row. */
export const fates: Readonly<Record<'altered' | 'removed' | 'inserted' | 'rewritten', Bilingual>> = {
  altered: { id: 'diubah', en: 'altered' },
  removed: { id: 'hilang', en: 'removed' },
  inserted: { id: 'disisipkan', en: 'inserted' },
  rewritten: { id: 'ditulis ulang sesudah hari disegel', en: 'rewritten after the day was sealed' },
};
