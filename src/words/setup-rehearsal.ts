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
  steps,
} as const;
