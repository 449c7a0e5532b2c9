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
  menu: { id: 'Menu', en: 'Menu' },
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
    id: 'Halaman ini baru dapat ditampilkan bila basis data terjangkau lagi. Catatan tetap aman di mesin dan antrean. Muat ulang sebentar lagi; bila berlanjut, beri tahu Operator Kominfo: periksa Postgres.',
    en: 'This page can be shown once the database can be reached again. Punches are safe in the terminals and the queue. Load it again in a moment; if it goes on, tell the Kominfo operator: check Postgres.',
  },
} satisfies Record<string, Bilingual>;

/** What a page says that could not do what was asked, and what to do then. */
export const failureWords = {
  tooMany: {
    title: { id: 'Terlalu banyak permintaan', en: 'Too many requests' },
    text: {
      id: 'Terlalu banyak percobaan dari alamat ini dalam waktu singkat. Tunggu satu menit, kembali, lalu coba lagi.',
      en: 'There were too many tries from this address in a short time. Wait a minute, go back and try again.',
    },
  },
  tooLarge: {
    title: { id: 'Kiriman terlalu besar', en: 'Too large' },
    text: {
      id: 'Isian atau berkas yang dikirim melebihi batas. Kembali, perkecil berkasnya atau kirim satu per satu, lalu coba lagi.',
      en: 'What was sent is over the limit. Go back, make the file smaller or send one at a time, and try again.',
    },
  },
  unreadable: {
    title: { id: 'Permintaan tidak dapat dibaca', en: 'The request cannot be read' },
    text: {
      id: 'Gerbang tidak mengenali yang dikirim. Kembali, muat ulang halamannya, lalu coba lagi.',
      en: 'Gerbang does not recognise what was sent. Go back, load the page again and retry.',
    },
  },
  failed: {
    title: { id: 'Gerbang gagal menjawab', en: 'Gerbang could not answer' },
    text: {
      id: 'Ada yang salah di dalam Gerbang; catatan presensi tidak terpengaruh. Coba lagi. Bila berulang, sebutkan nomor di bawah ini kepada Operator Kominfo: dengan nomor itu sebabnya dapat dicari di log.',
      en: 'Something went wrong inside Gerbang; punches are not affected. Try again. If it happens again, tell the Kominfo operator the number below: the log says why under that number.',
    },
  },
  signedOut: {
    title: { id: 'Sesi Anda sudah berakhir', en: 'Your session is over' },
    text: {
      id: 'Yang Anda kirim belum disimpan. Salin dulu isian Anda dengan tombol Kembali, masuk lagi, lalu kirim ulang.',
      en: 'What you sent is not saved. Go back to copy what you typed, sign in again and send it once more.',
    },
  },
} satisfies Record<string, { readonly title: Bilingual; readonly text: Bilingual }>;
