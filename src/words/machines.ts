/** What the pages of machines say: the list, one machine, its outages and what people told it to do. */
import type { CommandKind, CommandState } from '../store/machine-tables.ts';
import type { Bilingual } from './language.ts';

export const machineWords = {
  page: { id: 'Mesin', en: 'Terminals' },
  hint: {
    id: 'Semua mesin presensi, yang perlu perhatian di atas.',
    en: 'All terminals, those that need attention first.',
  },
  search: { id: 'Cari mesin', en: 'Find a terminal' },
  searchHint: { id: 'Nama, OPD, nomor seri, atau alamat', en: 'Name, office, serial number or address' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  allOffices: { id: 'Semua OPD', en: 'All offices' },
  state: { id: 'Keadaan', en: 'State' },
  allStates: { id: 'Semua keadaan', en: 'All states' },
  report: { id: 'Laporan', en: 'Report' },
  anyReport: { id: 'Semua', en: 'All' },
  hasReport: { id: 'Ada laporan', en: 'With an open report' },
  filter: { id: 'Tampilkan', en: 'Show' },
  machine: { id: 'Mesin', en: 'Terminal' },
  serial: { id: 'Nomor seri', en: 'Serial number' },
  serialUnknown: { id: 'belum diketahui', en: 'not known yet' },
  address: { id: 'Alamat', en: 'Address' },
  model: { id: 'Model', en: 'Model' },
  firmware: { id: 'Firmware', en: 'Firmware' },
  users: { id: 'Pengguna terdaftar', en: 'Users enrolled' },
  lastRead: { id: 'Terakhir terbaca', en: 'Last read' },
  lastAttempt: { id: 'Terakhir dicoba', en: 'Last tried' },
  never: { id: 'belum pernah', en: 'never' },
  offset: { id: 'Selisih jam', en: 'Clock offset' },
  memory: { id: 'Isi memori', en: 'Log' },
  perDay: { id: 'Catatan per hari (14 hari)', en: 'Punches a day (14 days)' },
  daysToFull: { id: 'Perkiraan memori penuh', en: 'Log full in about' },
  days: { id: 'hari lagi', en: 'days' },
  overwrites: { id: 'tidak dapat diperkirakan', en: 'cannot be told' },
  found: { id: 'mesin', en: 'terminals' },
  none: {
    id: 'Belum ada mesin. Mesin muncul di sini begitu OPD dan mesinnya ditambahkan di Pengaturan atau di gerbang.yaml.',
    en: 'No terminals yet. They appear here once an office and its terminals are added in the settings or in gerbang.yaml.',
  },
  noMatch: {
    id: 'Tidak ada mesin yang cocok. Kosongkan pencarian atau pilih keadaan lain.',
    en: 'No terminal matches. Clear the search or choose another state.',
  },
  back: { id: 'Semua mesin', en: 'All terminals' },
  why: { id: 'Mengapa', en: 'Why' },
  next: { id: 'Langkah', en: 'Next step' },
  since: { id: 'sejak', en: 'since' },
  details: { id: 'Rincian teknis', en: 'Technical detail' },
  identity: { id: 'Identitas', en: 'Identity' },
  reach: { id: 'Keterbacaan 30 hari', en: 'Reachability over 30 days' },
  reachNone: {
    id: 'Tidak ada masa tidak terbaca dalam 30 hari terakhir.',
    en: 'No stretch without reads in the last 30 days.',
  },
  from: { id: 'Terakhir baik', en: 'Last good' },
  failed: { id: 'Pasti gagal sejak', en: 'Certainly failing since' },
  until: { id: 'Terbaca lagi', en: 'Read again' },
  lasted: { id: 'Lama', en: 'For' },
  ongoing: { id: 'masih berlangsung', en: 'still going on' },
  what: { id: 'Apa', en: 'What' },
  outageTerminal: { id: 'Mesin tidak terbaca', en: 'Terminal not read' },
  outageGateway: {
    id: 'Gerbang tidak berjalan (keadaan mesin tidak diketahui)',
    en: 'The gateway was not running (nothing is known of the terminal)',
  },
  outagePause: { id: 'Dijeda', en: 'Paused' },
  legendOk: { id: 'terbaca', en: 'read' },
  legendBefore: { id: 'belum dikenal Gerbang', en: 'not known to Gerbang yet' },
  legendBeginning: { id: 'mulai gagal, belum pasti', en: 'began to fail, not certain' },
  clock: { id: 'Jam mesin', en: 'Clock' },
  clockMore: { id: 'Semua tentang jam mesin ini', en: 'All about this clock' },
  clockNone: { id: 'Jam belum pernah diukur.', en: 'The clock was never measured.' },
  clockBusy: { id: 'Grafik sedang dihitung untuk orang lain.', en: 'Charts are being worked out for others.' },
  reads: { id: 'Pembacaan terakhir', en: 'Last reads' },
  readsNone: { id: 'Belum ada yang tersimpan dari mesin ini.', en: 'Nothing was stored from this terminal yet.' },
  time: { id: 'Waktu', en: 'Time' },
  event: { id: 'Kejadian', en: 'What' },
  readNew: { id: 'catatan baru tersimpan', en: 'new punches stored' },
  readWhole: { id: 'Seluruh memori dibaca', en: 'Whole log read' },
  becameWell: { id: 'Baik kembali', en: 'Well again' },
  reports: { id: 'Laporan', en: 'Reports' },
  reportNone: { id: 'Belum ada laporan tentang mesin ini.', en: 'No report of this terminal yet.' },
  reportNew: { id: 'Lapor mesin rusak atau hilang', en: 'Report a broken or lost terminal' },
  reportAll: { id: 'Laporan OPD ini', en: 'Reports of this office' },
  actions: { id: 'Tindakan', en: 'Actions' },
  actionsHint: {
    id: 'Dikerjakan oleh Gerbang yang membaca OPD ini, biasanya dalam beberapa detik.',
    en: 'Done by the gateway that reads this office, usually within seconds.',
  },
  pauseUntil: { id: 'Jeda selama', en: 'Pause for' },
  pauseHours: { id: 'jam', en: 'hours' },
  pauseReason: { id: 'Alasan', en: 'Reason' },
  pauseReasonHint: {
    id: 'Terlihat oleh semua orang. Misalnya: ruang dicat, mesin dibongkar.',
    en: 'Everybody sees it. For instance: room is painted, terminal taken down.',
  },
  pauseReasonMissing: { id: 'Tulis alasan jeda', en: 'Say why it is paused' },
  pauseTell: {
    id: 'Mesin tidak dibaca selama jeda dan tidak dihitung rusak. Catatan tetap di mesin dan dibaca setelahnya.',
    en: 'While paused a terminal is not read and does not count as out. Punches stay on it and are read afterwards.',
  },
  paused: { id: 'Dijeda sampai', en: 'Paused until' },
  by: { id: 'oleh', en: 'by' },
  history: { id: 'Yang pernah diperintahkan', en: 'What it was told to do' },
  historyNone: { id: 'Belum ada perintah untuk mesin ini.', en: 'This terminal was not told to do anything yet.' },
  refresh: { id: 'Muat ulang untuk melihat hasilnya', en: 'Reload to see what came of it' },
  command: { id: 'Perintah', en: 'Command' },
  result: { id: 'Hasil', en: 'Result' },
  ask: { id: 'Setel jam mesin ini sekarang?', en: 'Set the clock of this terminal now?' },
  notYours: {
    id: 'Hanya Operator Kominfo yang dapat memberi perintah.',
    en: 'Only operators can give commands.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

export const commandNames: Readonly<Record<CommandKind, Bilingual>> = {
  probe: { id: 'Periksa', en: 'Probe' },
  read: { id: 'Baca sekarang', en: 'Read now' },
  'set-clock': { id: 'Setel jam', en: 'Set clock' },
  pause: { id: 'Jeda', en: 'Pause' },
  resume: { id: 'Lanjutkan', en: 'Resume' },
};

/** What each does, beside its button. */
export const commandHints: Readonly<Record<'probe' | 'read' | 'set-clock', Bilingual>> = {
  probe: {
    id: 'Menyapa mesin dan melihat jam serta penghitungnya. Tidak mengubah apa pun.',
    en: 'Greets the terminal and looks at its clock and counters. Changes nothing.',
  },
  read: {
    id: 'Membaca seluruh memori sekarang, tanpa menunggu giliran.',
    en: 'Reads the whole log now, without waiting for its turn.',
  },
  'set-clock': {
    id: 'Membaca memori sampai habis, lalu menyetel jam ke waktu kantor. Ditolak saat jam antre atau bila perlu orang.',
    en: 'Reads the log to its end, then sets the clock to office time. Refused while people queue or a person is needed.',
  },
};

export const commandStates: Readonly<Record<CommandState, Bilingual>> = {
  waiting: { id: 'Menunggu', en: 'Waiting' },
  running: { id: 'Sedang dikerjakan', en: 'Being done' },
  done: { id: 'Selesai', en: 'Done' },
  failed: { id: 'Gagal', en: 'Failed' },
};

/** What came of setting a clock. */
export const settingResults: Readonly<Record<string, Bilingual>> = {
  set: { id: 'Jam disetel', en: 'The clock was set' },
  'did-not-take': {
    id: 'Mesin menerima perintah tetapi jamnya tetap salah: perlu orang',
    en: 'The terminal took the command and still shows another time: it needs a person',
  },
  'not-now': {
    id: 'Ada yang presensi di saat yang sama; coba lagi sebentar lagi',
    en: 'Somebody punched at that moment; try again shortly',
  },
  'not-read': {
    id: 'Memori belum terbaca sampai habis, jadi jam tidak disetel; coba lagi sebentar lagi',
    en: 'The log was not read to its end, so the clock was left alone; try again shortly',
  },
  'not-judged': {
    id: 'Riwayat jam tidak dapat dibaca dari basis data, jadi jam tidak disetel',
    en: 'The history of the clock could not be read from the database, so it was left alone',
  },
  rush: {
    id: 'Ini jam antre presensi; jam tidak disetel selagi orang mengantre',
    en: 'People queue at this hour; the clock is not set meanwhile',
  },
  'needs-person': {
    id: 'Jam ini perlu orang (baterai atau mesinnya); menyetelnya hanya menutupi masalah',
    en: 'This clock needs a person (battery or terminal); setting it would only hide that',
  },
  'right-already': { id: 'Jam sudah tepat; tidak ada yang diubah', en: 'The clock was right; nothing was changed' },
};
