/** What the command line says: one entry per command, and the frame around them. */
import type { Bilingual } from './language.ts';

/** The frame: headings of help, usage errors, the shape of a failure. */
export const frame = {
  summary: {
    id: 'Gerbang: dari mesin presensi ke Postgres, lengkap dan dengan jam yang benar.',
    en: 'Gerbang: from attendance terminals to Postgres, complete and with corrected clocks.',
  },
  usage: { id: 'Pemakaian:', en: 'Usage:' },
  arguments: { id: 'Argumen:', en: 'Arguments:' },
  options: { id: 'Pilihan:', en: 'Options:' },
  globalOptions: { id: 'Pilihan umum:', en: 'Global options:' },
  commands: { id: 'Perintah:', en: 'Commands:' },
  help: { id: 'tampilkan bantuan ini', en: 'show this help' },
  helpOf: { id: 'tampilkan bantuan sebuah perintah', en: 'show the help of a command' },
  version: { id: 'tampilkan versi', en: 'show the version' },
  lang: { id: 'bahasa: id atau en (juga GERBANG_LANG)', en: 'language: id or en (also GERBANG_LANG)' },
  json: { id: 'jawab dengan JSON', en: 'answer with JSON' },
  default: { id: 'bila kosong', en: 'default' },
  error: { id: 'Galat', en: 'Error' },
  next: { id: 'Langkah berikut', en: 'Next step' },
  details: { id: 'Rincian', en: 'Details' },
  allowed: { id: 'Yang diperbolehkan', en: 'Allowed' },
  interrupted: { id: 'Dihentikan.', en: 'Stopped.' },
} satisfies Record<string, Bilingual>;

/** Usage errors by the code commander gives them; `%` stands for the name at fault. */
export const usageErrors: Readonly<Record<string, Bilingual>> = {
  'commander.unknownOption': { id: 'Pilihan % tidak dikenal.', en: 'There is no option %.' },
  'commander.unknownCommand': { id: 'Perintah % tidak dikenal.', en: 'There is no command %.' },
  'commander.missingArgument': { id: 'Argumen % belum diisi.', en: 'The argument % is missing.' },
  'commander.optionMissingArgument': { id: 'Pilihan % memerlukan nilai.', en: 'The option % needs a value.' },
  'commander.missingMandatoryOptionValue': { id: 'Pilihan % wajib diisi.', en: 'The option % is required.' },
  'commander.invalidArgument': { id: 'Nilai untuk % tidak diperbolehkan.', en: 'The value for % is not allowed.' },
  'commander.excessArguments': { id: 'Terlalu banyak argumen.', en: 'There are too many arguments.' },
};

/** Names of commands with their one-line summaries. */
export const summaries = {
  checkConfig: {
    id: 'periksa berkas konfigurasi, semua kesalahan sekaligus',
    en: 'check a configuration file, every fault at once',
  },
  exampleConfig: { id: 'cetak contoh konfigurasi dengan penjelasan', en: 'print a commented example configuration' },
  configReference: { id: 'cetak halaman rujukan konfigurasi', en: 'print the configuration reference page' },
  migrate: { id: 'perbarui susunan basis data', en: 'bring the database schema up to date' },
  start: { id: 'jalankan gerbang', en: 'run the gateway' },
  rehearse: {
    id: 'Gladi: jalankan satu OPD menurut pengaturannya di atas mesin tiruan, terpisah dari data sungguhan',
    en: 'Rehearsal: run one office as it is set up on simulated terminals, apart from real data',
  },
  demo: {
    id: 'jalankan semuanya dengan mesin tiruan; tidak perlu apa pun selain Node',
    en: 'run everything on simulated terminals; needs nothing but Node',
  },
  probe: { id: 'lihat satu mesin tanpa mengubah apa pun', en: 'look at one terminal without changing anything' },
  read: { id: 'baca seluruh catatan satu mesin', en: 'read the whole log of one terminal' },
  replay: {
    id: 'uraikan sebuah rekaman percakapan dengan mesin',
    en: 'decode a capture of a conversation with a terminal',
  },
  status: { id: 'keadaan semua OPD dan mesin', en: 'how all offices and terminals stand' },
  sim: { id: 'jalankan mesin-mesin tiruan', en: 'run simulated terminals' },
} satisfies Record<string, Bilingual>;

/** Arguments and options. */
export const parameters = {
  file: { id: 'berkas konfigurasi', en: 'the configuration file' },
  address: {
    id: 'HOST atau HOST:PORT; port bila kosong 4370',
    en: 'HOST or HOST:PORT; the port is 4370 when left out',
  },
  commKey: {
    id: 'Comm Key mesin, 0 sampai 999999; lebih aman lewat GERBANG_COMM_KEY',
    en: 'comm key of the terminal, 0 to 999999; safer in GERBANG_COMM_KEY',
  },
  driver: {
    id: 'zk (milik Gerbang) atau node-zklib',
    en: 'zk (our own) or node-zklib',
  },
  transport: {
    id: 'tcp, udp, atau auto: TCP dahulu, lalu UDP',
    en: 'tcp, udp, or auto: TCP first, then UDP',
  },
  quirk: {
    id: 'keganjilan mesin yang perlu diikuti; boleh diulang',
    en: 'a peculiarity of the terminal to go along with; may be repeated',
  },
  capture: {
    id: 'rekam percakapan ke FILE, disamarkan, untuk dilampirkan pada laporan',
    en: 'record the conversation in FILE, redacted, to attach to a report',
  },
  unredacted: {
    id: 'rekam apa adanya: nomor seri, nama, nomor pengguna, comm key',
    en: 'record everything as it is: serials, names, user ids, comm key',
  },
  keep: {
    id: 'simpan byte catatan ke FILE bila bentuknya tidak dikenal',
    en: 'keep the bytes of the log in FILE when its form is not known',
  },
  captureFile: { id: 'rekaman dari --capture', en: 'a capture made with --capture' },
  firstRecords: { id: 'banyaknya catatan pertama yang dicetak', en: 'how many first records are printed' },
  timeZone: {
    id: 'zona waktu tempat mesin berdiri, misalnya Asia/Makassar',
    en: 'time zone of the place where the terminal stands, Asia/Makassar for example',
  },
  format: { id: 'ndjson atau csv', en: 'ndjson or csv' },
  config: {
    id: 'berkas konfigurasi: tampilkan juga yang belum pernah terbaca',
    en: 'configuration file: also show what was never read',
  },
  terminals: { id: 'banyaknya mesin tiruan, 1 sampai 5000', en: 'how many terminals, 1 to 5000' },
  basePort: { id: 'port mesin pertama; 0 memilih port kosong', en: 'port of the first terminal; 0 takes free ones' },
  scenario: { id: 'berkas skenario JSON', en: 'a JSON scenario file' },
  people: { id: 'banyaknya orang yang absen sepanjang hari', en: 'how many people punch all day long' },
  list: { id: 'cetak profil dan gangguan yang dikenal', en: 'print the known profiles and faults' },
  seed: {
    id: 'bilangan awal: yang sama memberi mesin yang sama',
    en: 'the seed: the same one gives the same terminals',
  },
} satisfies Record<string, Bilingual>;

/** Labels and sentences of answers. */
export const answers = {
  configGood: { id: 'benar', en: 'no fault' },
  offices: { id: 'OPD', en: 'offices' },
  terminals: { id: 'mesin', en: 'terminals' },
  faults: { id: 'kesalahan', en: 'faults' },
  schemaCurrent: { id: 'Susunan basis data sudah terbaru.', en: 'The schema is up to date.' },
  migrated: { id: 'Diterapkan', en: 'Applied' },
  embedded: { id: 'Postgres bawaan', en: 'Embedded Postgres' },
  unknown: { id: 'tidak diketahui', en: 'not known' },
  address: { id: 'Alamat', en: 'Address' },
  serial: { id: 'Nomor seri', en: 'Serial' },
  name: { id: 'Model', en: 'Model' },
  platform: { id: 'Platform', en: 'Platform' },
  firmware: { id: 'Firmware', en: 'Firmware' },
  users: { id: 'Pengguna', en: 'Users' },
  records: { id: 'Catatan', en: 'Records' },
  recordsOf: { id: 'dari', en: 'of' },
  full: { id: 'penuh', en: 'full' },
  recordSize: { id: 'Ukuran catatan', en: 'Record size' },
  bytes: { id: 'byte', en: 'bytes' },
  notProven: { id: 'belum dapat dipastikan', en: 'not proven' },
  noRecords: { id: 'belum ada catatan', en: 'no records yet' },
  tailReads: { id: 'Baca sebagian', en: 'Tail reads' },
  tailYes: { id: 'bisa: hanya catatan baru yang diambil', en: 'work: only new records need to be fetched' },
  tailNo: { id: 'tidak bisa: seluruh catatan diambil setiap kali', en: 'refused: the whole log is fetched each time' },
  deviceTime: { id: 'Waktu di mesin', en: 'Time on the terminal' },
  offset: { id: 'Selisih jam', en: 'Clock offset' },
  against: { id: 'terhadap', en: 'against' },
  zoneGuessed: { id: 'zona diduga; pastikan dengan --time-zone', en: 'zone guessed; make sure with --time-zone' },
  clockImpossible: {
    id: 'mesin menunjukkan tanggal yang tidak ada',
    en: 'the terminal shows a date that does not exist',
  },
  reading: { id: 'Membaca', en: 'Reading' },
  office: { id: 'OPD', en: 'Office' },
  terminal: { id: 'Mesin', en: 'Terminal' },
  lastKnown: { id: 'Keadaan terakhir yang diketahui:', en: 'As last known:' },
  reachable: { id: 'mesin terhubung', en: 'terminals reachable' },
  state: { id: 'Keadaan', en: 'State' },
  lastRead: { id: 'Terakhir terbaca', en: 'Last read' },
  fill: { id: 'Terisi', en: 'Fill' },
  stateOk: { id: 'terhubung', en: 'reachable' },
  stateWaiting: { id: 'menunggu giliran', en: 'waiting' },
  stateFailing: { id: 'tidak terbaca', en: 'failing' },
  stateQuarantined: { id: 'perlu orang', en: 'needs a person' },
  since: { id: 'sejak', en: 'since' },
  never: { id: 'belum pernah', en: 'never' },
  queue: { id: 'Antrean', en: 'Queue' },
  batchesWaiting: { id: 'kiriman menunggu', en: 'batches waiting' },
  setAside: { id: 'disisihkan', en: 'set aside' },
  noTerminals: {
    id: 'Belum ada mesin. Tambahkan mesin pada gerbang.yaml.',
    en: 'There is no terminal yet. Add terminals to gerbang.yaml.',
  },
  simRunning: {
    id: 'Mesin tiruan berjalan. Ctrl-C untuk berhenti.',
    en: 'Simulated terminals are running. Ctrl-C stops them.',
  },
} satisfies Record<string, Bilingual>;
