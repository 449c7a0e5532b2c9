/** What `start` and `demo` say while they run. */
import type { Bilingual } from './language.ts';

export const running = {
  postgres: { id: 'Basis data', en: 'Database' },
  page: { id: 'Ruang pantau', en: 'Live board' },
  mqtt: { id: 'MQTT', en: 'MQTT' },
  firstOperator: {
    id: 'Operator pertama memilih kata sandi lewat tautan ini, satu kali, dalam tiga hari',
    en: 'The first operator chooses a password with this link, once, within three days',
  },
  stopHint: { id: 'Ctrl-C untuk berhenti', en: 'Ctrl-C to stop' },
  stopping: { id: 'Menghentikan …', en: 'Stopping …' },
  stopped: { id: 'Berhenti. Semua data tersimpan.', en: 'Stopped. All data is stored.' },
} satisfies Record<string, Bilingual>;

export const demo = {
  title: {
    id: 'GERBANG · GLADI (data latihan): mesin tiruan, basis data sungguhan',
    en: 'GERBANG · REHEARSAL (practice data): simulated terminals, a real database',
  },
  terminals: { id: 'Mesin tiruan', en: 'Simulated terminals' },
  terminalsReady: { id: 'mesin siap di 127.0.0.1', en: 'terminals ready on 127.0.0.1' },
  logins: {
    id: 'Masuk ke ruang pantau sebagai (akun, kata sandi)',
    en: 'Sign in to the live board as (account, password)',
  },
  people: { id: 'Pegawai', en: 'People' },
  peopleStart: { id: 'orang mulai berdatangan', en: 'people begin to arrive' },
  readIn: { id: 'catatan tersimpan', en: 'punches stored' },
  made: { id: 'catatan dibuat', en: 'punches made' },
  machines: { id: 'mesin terbaca', en: 'terminals read' },
  waiting: { id: 'kiriman antre', en: 'batches queued' },
  drain: { id: 'Pegawai berhenti; menunggu sisa catatan …', en: 'People have stopped; waiting for the rest …' },
  notAlone: { id: 'tidak menjawab', en: 'silent' },
  offices: { id: 'jumlah OPD', en: 'number of offices' },
  terminalCount: { id: 'jumlah mesin tiruan', en: 'number of simulated terminals' },
  peopleCount: { id: 'jumlah pegawai', en: 'number of people' },
  seed: { id: 'benih: angka yang sama, dunia yang sama', en: 'seed: the same number, the same world' },
  port: { id: 'port halaman web', en: 'port of the page' },
  forSeconds: {
    id: 'berhenti membuat catatan sesudah sekian detik, lalu bandingkan basis data dengan kejadian sebenarnya',
    en: 'stop making punches after so many seconds, then compare the database with what truly happened',
  },
  jsonOnly: { id: 'hanya cetak hasil sebagai JSON', en: 'print the result only, as JSON' },
} satisfies Record<string, Bilingual>;

export const rehearsal = {
  title: {
    id: 'GERBANG · GLADI (data latihan)',
    en: 'GERBANG · REHEARSAL (practice data)',
  },
  office: { id: 'kode OPD yang digladikan', en: 'code of the office to rehearse' },
  people: { id: 'jumlah orang tiruan', en: 'number of invented people' },
  port: { id: 'port halaman gladi', en: 'port of the rehearsal page' },
  forSeconds: { id: 'berhenti sendiri sesudah sekian detik', en: 'ends by itself after so many seconds' },
  terminals: { id: 'Mesin tiruan', en: 'Simulated terminals' },
  noDatabase: {
    id: 'Basis data gateway tidak dapat dibaca; hanya OPD dan mesin dari berkas yang dipakai.',
    en: 'The database of the gateway cannot be read; only offices and terminals of the file are used.',
  },
} satisfies Record<string, Bilingual>;
