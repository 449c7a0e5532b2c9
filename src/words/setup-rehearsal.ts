/** What the page about rehearsals says. */
import type { Bilingual } from './language.ts';

const steps: readonly Bilingual[] = [
  {
    id: 'Jalankan perintah di bawah pada komputer gateway; basis data latihan dibuat sendiri.',
    en: 'Run the command below on the gateway computer; a practice database is made by itself.',
  },
  {
    id: 'Buka halaman gladi di alamat yang dicetak (bawaan: port 8090). Setiap halaman dan nama OPD bertanda Gladi; nomor seri mesin tiruan berawalan GLADI-.',
    en: 'Open the rehearsal page at the printed address (port 8090 by default). Every page and office name is marked Gladi; serials of the simulated terminals begin with GLADI-.',
  },
  {
    id: 'Akhiri dengan Ctrl-C. Gateway sungguhan tidak terganggu.',
    en: 'End it with Ctrl-C. The real gateway is not disturbed.',
  },
];

export const rehearsalWords = {
  title: { id: 'Gladi (data latihan)', en: 'Rehearsal (practice data)' },
  card: {
    id: 'Berlatih dengan mesin tiruan sebelum OPD mulai.',
    en: 'Practise on simulated terminals before an office begins.',
  },
  what: {
    id: 'Gladi menjalankan satu OPD persis seperti pengaturannya (nama mesin, zona waktu, aturan jam, jarak baca) di atas mesin tiruan, dengan orang tiruan yang berpresensi.',
    en: 'A rehearsal runs one office exactly as it is set up (names of terminals, time zone, clock rules, poll interval) on simulated terminals, with invented people who punch.',
  },
  apart: {
    id: 'Data latihan berada di folder, basis data, broker, dan halaman tersendiri, dan tidak pernah bercampur dengan data sungguhan. Mesin tiruan ditolak di luar gladi.',
    en: 'Practice data has a folder, a database, a broker and a page of its own and never mixes with real data. Simulated terminals are refused outside of a rehearsal.',
  },
  command: { id: 'Perintah', en: 'Command' },
  byCommand: { id: 'Lewat baris perintah', en: 'On the command line' },
  begin: { id: 'Mulai gladi', en: 'Begin a rehearsal' },
  start: { id: 'Mulai gladi', en: 'Begin the rehearsal' },
  stop: { id: 'Akhiri gladi', en: 'End the rehearsal' },
  latest: { id: 'Gladi di komputer gateway ini', en: 'The rehearsal on this gateway computer' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  terminals: { id: 'mesin', en: 'terminals' },
  people: { id: 'Orang tiruan', en: 'Invented people' },
  peopleHint: { id: '1 sampai 500', en: '1 to 500' },
  length: { id: 'Lama', en: 'How long' },
  minutes: { id: 'menit', en: 'minutes' },
  state: { id: 'Keadaan', en: 'State' },
  phases: {
    starting: { id: 'disiapkan, kira-kira satu menit', en: 'getting ready, about a minute' },
    running: { id: 'berjalan', en: 'running' },
    stopping: { id: 'diakhiri', en: 'ending' },
    ended: { id: 'selesai', en: 'over' },
    failed: { id: 'gagal', en: 'failed' },
  },
  address: { id: 'Halaman gladi', en: 'Rehearsal page' },
  first: { id: 'Masuk pertama kali', en: 'First sign-in' },
  firstLink: {
    id: 'Pilih kata sandi untuk akun operator gladi (berlaku satu kali)',
    en: 'Choose a password for the operator of the rehearsal (works once)',
  },
  hereOnly: {
    id: 'Halaman gladi hanya terbuka di komputer gateway, seperti web.host-nya. Bukalah di sana, atau lewat terowongan SSH ke port itu.',
    en: 'The rehearsal page is open on the gateway computer only, as its web.host says. Open it there, or through an SSH tunnel to that port.',
  },
  by: { id: 'Dimulai oleh', en: 'Begun by' },
  started: { id: 'Mulai', en: 'Began' },
  ends: { id: 'Berakhir sendiri', en: 'Ends by itself' },
  failed: { id: 'Gladi tidak dapat berjalan.', en: 'The rehearsal cannot run.' },
  busy: {
    id: 'Masih ada gladi yang berjalan. Akhiri dulu, atau tunggu sampai selesai.',
    en: 'A rehearsal is going on. End it first, or wait until it is over.',
  },
  badOffice: { id: 'Pilih perangkat daerah dari daftar.', en: 'Choose an office of the list.' },
  badPeople: { id: 'Isi bilangan 1 sampai 500.', en: 'Give a number from 1 to 500.' },
  badLength: { id: 'Pilih lamanya.', en: 'Choose how long.' },
  steps,
} as const;
