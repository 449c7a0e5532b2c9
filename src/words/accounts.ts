/** What signing in, accounts and the frame of all pages say. */
import type { Bilingual } from './language.ts';

export const navigation = {
  board: { id: 'Ruang pantau', en: 'Live board' },
  machines: { id: 'Mesin', en: 'Terminals' },
  reports: { id: 'Laporan', en: 'Reports' },
  report: { id: 'Lapor mesin', en: 'Report a terminal' },
  attendance: { id: 'Presensi', en: 'Attendance' },
  completeness: { id: 'Kelengkapan', en: 'Completeness' },
  clocks: { id: 'Jam', en: 'Clocks' },
  settings: { id: 'Pengaturan', en: 'Settings' },
  main: { id: 'Menu utama', en: 'Main menu' },
} satisfies Record<string, Bilingual>;

export const roleNames = {
  operator: { id: 'Operator Kominfo', en: 'Kominfo operator' },
  hr: { id: 'Admin BKPP', en: 'HR admin' },
  viewer: { id: 'Pemantau', en: 'Viewer' },
} satisfies Record<string, Bilingual>;

export const signInWords = {
  title: { id: 'Masuk', en: 'Sign in' },
  lead: {
    id: 'Ruang pantau ini berisi data kepegawaian. Masuklah dengan akun Anda.',
    en: 'These pages hold data about staff. Sign in with your account.',
  },
  login: { id: 'Nama akun', en: 'Account name' },
  password: { id: 'Kata sandi', en: 'Password' },
  submit: { id: 'Masuk', en: 'Sign in' },
  refused: {
    id: 'Nama akun atau kata sandi tidak cocok, atau akun sedang ditahan sebentar karena terlalu banyak percobaan. Periksa ketikan Anda, lalu coba lagi. Lupa kata sandi: minta tautan baru kepada Operator Kominfo.',
    en: 'Account name or password do not match, or the account waits a little after too many tries. Check what you typed and try again. Forgotten: ask the Kominfo operator for a new link.',
  },
  busy: {
    id: 'Terlalu banyak yang masuk sekaligus. Coba lagi sebentar lagi.',
    en: 'Too many are signing in at once. Try again in a moment.',
  },
  signOut: { id: 'Keluar', en: 'Sign out' },
  forbidden: { id: 'Tidak berwenang', en: 'Not permitted' },
  forbiddenText: {
    id: 'Akun Anda tidak berwenang membuka halaman atau melakukan tindakan ini, atau formulirnya sudah kedaluwarsa. Kembali, muat ulang, lalu coba lagi; bila perlu wewenang, mintalah kepada Operator Kominfo.',
    en: 'Your account may not open this page or do this, or the form has expired. Go back, load it again and retry; if you need the right, ask the Kominfo operator.',
  },
  chooseTitle: { id: 'Pilih kata sandi', en: 'Choose a password' },
  chooseLead: {
    id: 'Tautan ini hanya dapat dipakai satu kali. Kata sandi berlaku untuk akun',
    en: 'This link works once. The password is for the account',
  },
  newPassword: { id: 'Kata sandi baru', en: 'New password' },
  passwordHint: {
    id: 'Paling sedikit 12 huruf. Beberapa kata yang mudah Anda ingat lebih kuat daripada satu kata yang rumit.',
    en: 'At least 12 characters. A few words that you remember are stronger than one complicated word.',
  },
  again: { id: 'Ketik sekali lagi', en: 'Type it once more' },
  tooShort: { id: 'Kata sandi terlalu pendek: paling sedikit 12 huruf.', en: 'Too short: at least 12 characters.' },
  tooLong: { id: 'Kata sandi terlalu panjang: paling banyak 200 huruf.', en: 'Too long: at most 200 characters.' },
  notSame: { id: 'Kedua kata sandi tidak sama.', en: 'The two passwords differ.' },
  chooseSubmit: { id: 'Simpan kata sandi', en: 'Save the password' },
  linkGone: { id: 'Tautan tidak berlaku', en: 'The link is not good' },
  linkGoneText: {
    id: 'Tautan ini sudah dipakai, sudah lewat tiga hari, atau tidak lengkap. Minta tautan baru kepada Operator Kominfo.',
    en: 'This link was used, is older than three days, or is not whole. Ask the Kominfo operator for a new one.',
  },
  chosen: {
    id: 'Kata sandi tersimpan. Silakan masuk.',
    en: 'The password is saved. Sign in now.',
  },
  fixFirst: { id: 'Periksa isian berikut', en: 'Check these fields' },
  away: { id: 'Basis data tidak dapat dihubungi', en: 'The database cannot be reached' },
  awayText: {
    id: 'Akun Anda belum dapat dikenali. Catatan tetap aman di mesin dan antrean. Periksa Postgres; muat ulang sebentar lagi.',
    en: 'Your account cannot be recognised now. Punches are safe in the terminals and the queue. Check Postgres and load this page again in a moment.',
  },
} satisfies Record<string, Bilingual>;
