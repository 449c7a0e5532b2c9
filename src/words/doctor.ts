/** What `gerbang doctor` says: each finding in words, with the next step where there is one. */
import type { Bilingual } from './language.ts';

const none: Bilingual = { id: '', en: '' };
const text = (id: string, en: string): Bilingual => ({ id, en });

/** A finding: what was found, and what to do. `%` stands for facts, in order. */
export const findings = {
  nodeOk: [text('Node % dipakai.', 'Node % is used.'), none],
  nodeOld: [
    text('Node % terlalu lama; perlu 20.19 atau lebih baru.', 'Node % is too old; 20.19 or newer is needed.'),
    text('Pasang Node 20 terbaru.', 'Install the newest Node 20.'),
  ],
  memoryOk: [text('Memori kosong % MB.', '% MB of memory are free.'), none],
  memoryLow: [
    text('Memori kosong tinggal % MB.', 'Only % MB of memory are free.'),
    text('Tutup program lain atau tambah memori.', 'Close other programs or add memory.'),
  ],
  filesOk: [text('Batas berkas terbuka %.', 'The limit of open files is %.'), none],
  filesLow: [
    text(
      'Batas berkas terbuka hanya %; setiap mesin dan sambungan memakai satu.',
      'The limit of open files is only %; each terminal and connection takes one.',
    ),
    text('Naikkan LimitNOFILE pada layanan, atau ulimit -n.', 'Raise LimitNOFILE of the service, or ulimit -n.'),
  ],
  diskOk: [text('Disk folder data (%): sisa % %.', 'Disk of the data folder (%): % % free.'), none],
  diskLow: [
    text('Disk folder data (%): sisa hanya % %.', 'Disk of the data folder (%): only % % free.'),
    text('Kosongkan disk sebelum Postgres berhenti.', 'Free space before Postgres stops.'),
  ],
  folderMissing: [
    text(
      'Folder data % belum ada; dibuat saat start pertama.',
      'The data folder % does not exist yet; the first start makes it.',
    ),
    none,
  ],
  folderUnwritable: [
    text('Folder data % tidak dapat ditulisi.', 'The data folder % cannot be written.'),
    text('Beri hak tulis kepada pengguna yang menjalankan gerbang.', 'Let the user who runs gerbang write there.'),
  ],
  clockOk: [
    text('Jam komputer: paling jauh % ms dari UTC menurut %.', 'Clock of the computer: at most % ms from UTC, says %.'),
    none,
  ],
  clockOff: [
    text('Jam komputer dapat meleset % ms menurut %.', 'The clock of the computer may be off by % ms, says %.'),
    text('Periksa chrony atau NTP: chronyc tracking.', 'Look at chrony or NTP: chronyc tracking.'),
  ],
  clockUnknown: [
    text(
      'Tidak ada yang menjaga jam komputer ini, atau ia tidak dapat ditanya.',
      'Nothing keeps the clock of this computer, or it cannot be asked.',
    ),
    text('Pasang chrony: apt install chrony.', 'Install chrony: apt install chrony.'),
  ],
  configOk: [text('Konfigurasi %: % OPD, % mesin.', 'Configuration %: % offices, % terminals.'), none],
  configBad: [
    text('Konfigurasi % salah di % tempat.', 'Configuration % has % faults.'),
    text('Jalankan: gerbang check-config %', 'Run: gerbang check-config %'),
  ],
  databaseNone: [
    text(
      'Tidak ada basis data: DATABASE_URL kosong dan Postgres bawaan tidak berjalan.',
      'No database: DATABASE_URL is not set and the embedded Postgres does not run.',
    ),
    text('Jalankan gerbang start, atau isi DATABASE_URL.', 'Run gerbang start, or set DATABASE_URL.'),
  ],
  databaseOk: [
    text('Postgres % menjawab dalam % ms; % MB terpakai.', 'Postgres % answers within % ms; % MB used.'),
    none,
  ],
  databaseSlow: [
    text('Postgres % menjawab lambat: % ms; % MB terpakai.', 'Postgres % answers slowly: % ms; % MB used.'),
    text('Periksa beban dan disk server Postgres.', 'Look at the load and the disk of the Postgres server.'),
  ],
  databaseAway: [
    text('Postgres tidak dapat dipakai (%).', 'Postgres cannot be used (%).'),
    text(
      'Periksa server dan DATABASE_URL. Catatan tetap aman di mesin.',
      'Check the server and DATABASE_URL. Punches are safe in the terminals.',
    ),
  ],
  schemaOk: [text('Susunan basis data sesuai versi ini.', 'The schema is that of this version.'), none],
  schemaOld: [
    text('% pembaruan susunan basis data belum diterapkan.', '% migrations are not applied.'),
    text('Jalankan: gerbang migrate', 'Run: gerbang migrate'),
  ],
  evidenceOk: [
    text('Peran gateway tidak dapat mengubah bukti.', 'The role of the gateway cannot alter evidence.'),
    none,
  ],
  evidenceOpen: [
    text('Peran basis data % dapat mengubah bukti.', 'The database role % can alter evidence.'),
    text('Lihat docs/operations.md, "Database roles".', 'See docs/operations.md, "Database roles".'),
  ],
  gatewayOk: [
    text(
      'Gateway berjalan; keadaan mesin terakhir ditulis % lalu.',
      'A gateway runs; the state of a terminal was written % ago.',
    ),
    none,
  ],
  gatewayStill: [
    text('Tidak ada gateway yang bekerja pada basis data ini.', 'No gateway works on this database.'),
    text(
      'Jalankan gerbang start, atau lihat: systemctl status gerbang',
      'Run gerbang start, or see: systemctl status gerbang',
    ),
  ],
  queueOk: [text('Antrean %: % kiriman menunggu.', 'Queue (%): % batches wait.'), none],
  queueDeep: [
    text('Antrean %: % kiriman menunggu.', 'Queue (%): % batches wait.'),
    text(
      'Bila tidak berkurang: periksa log gateway, bagian ingest.',
      'If it does not shrink: see the log of the gateway, part ingest.',
    ),
  ],
  queueAway: [
    text('Antrean tidak dapat dipakai (%).', 'The queue cannot be used (%).'),
    text(
      'Periksa REDIS_URL dan server Redis (maxmemory-policy noeviction).',
      'Check REDIS_URL and the Redis server (maxmemory-policy noeviction).',
    ),
  ],
  setAside: [
    text('% kiriman disisihkan utuh untuk diperiksa orang.', '% batches were set aside whole for a person to look at.'),
    text('Lihat tabel set_aside, kolom reason_code.', 'See table set_aside, column reason_code.'),
  ],
  brokerOk: [text('Broker MQTT % menerima sambungan.', 'The MQTT broker % takes connections.'), none],
  brokerInside: [text('MQTT: broker bawaan di dalam gateway.', 'MQTT: the broker inside the gateway.'), none],
  brokerAway: [
    text('Broker MQTT % tidak menerima sambungan (%).', 'The MQTT broker % takes no connection (%).'),
    text(
      'Periksa MQTT_URL dan broker. Tidak ada yang hilang: kotak keluar menunggu.',
      'Check MQTT_URL and the broker. Nothing is lost: the outbox waits.',
    ),
  ],
  consumerBehind: [
    text('Penerima % tertinggal % baris.', 'Receiver % is % rows behind.'),
    text('Periksa sistem penerima itu; Gerbang mengulang sendiri.', 'Look at that system; Gerbang repeats by itself.'),
  ],
  officeOk: [text('%: % dari % mesin terbaca.', '%: % of % terminals are read.'), none],
  officePart: [text('%: % dari % mesin terbaca. % %', '%: % of % terminals are read. % %'), text('%', '%')],
  portClosed: [
    text('% %: tidak tersambung dari komputer ini (%).', '% %: no connection from this computer (%).'),
    text(
      'Periksa listrik, kabel, alamat dan port mesin itu.',
      'Check power, cable, address and port of that terminal.',
    ),
  ],
  portsOk: [text('% mesin tersambung dari komputer ini.', '% terminals take connections from this computer.'), none],
  alertsOpen: [
    text('% peringatan terbuka, % di antaranya genting.', '% alerts are open, % of them critical.'),
    text('Buka halaman Peringatan (/peringatan).', 'Open the page Alerts (/peringatan).'),
  ],
  alertsNone: [text('Tidak ada peringatan terbuka.', 'No alert is open.'), none],
} satisfies Record<string, readonly [Bilingual, Bilingual]>;

export type Finding = keyof typeof findings;

export const areaNames = {
  machine: { id: 'Komputer', en: 'Computer' },
  clock: { id: 'Jam', en: 'Clock' },
  config: { id: 'Konfigurasi', en: 'Configuration' },
  database: { id: 'Basis data', en: 'Database' },
  gateway: { id: 'Gateway', en: 'Gateway' },
  queue: { id: 'Antrean', en: 'Queue' },
  broker: { id: 'MQTT', en: 'MQTT' },
  offices: { id: 'OPD', en: 'Offices' },
  alerts: { id: 'Peringatan', en: 'Alerts' },
} satisfies Record<string, Bilingual>;

export const doctorWords = {
  summary: {
    id: 'periksa komputer, basis data, antrean, broker, disk, jam dan setiap OPD, dan katakan apa yang harus dilakukan',
    en: 'check this computer, database, queue, broker, disk, clock and every office, and say what to do',
  },
  connect: {
    id: 'coba juga sambungan TCP ke setiap mesin di konfigurasi',
    en: 'also try a TCP connection to each terminal of the configuration',
  },
  well: { id: 'Semua baik.', en: 'Everything is well.' },
  toDo: { id: 'hal perlu ditangani', en: 'things need somebody' },
  toSee: { id: 'hal perlu dilihat', en: 'things to look at' },
} satisfies Record<string, Bilingual>;
