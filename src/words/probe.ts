/** What `gerbang probe` and `gerbang replay` say. */
import type { Bilingual } from './language.ts';

/** Labels and values of a probe. */
export const probeWords = {
  transport: { id: 'Tersambung lewat', en: 'Transport' },
  options: { id: 'Setelan mesin', en: 'Options' },
  noOptions: { id: 'mesin tidak menyebut satu pun', en: 'the terminal tells none' },
  proof: { id: 'Dipastikan dari', en: 'Proven by' },
  byCounter: { id: 'penghitung mesin', en: "the terminal's counter" },
  bySize: { id: 'ukuran seluruh catatan', en: 'the size of the log' },
  byContent: { id: 'isi % catatan', en: 'the content of % records' },
  userRecordSize: { id: 'Ukuran pengguna', en: 'User record size' },
  bySizeAndCount: { id: 'dari ukuran tabel dan penghitung', en: 'by the size of the table and the counter' },
  growth: { id: 'Penuh dalam', en: 'Full in' },
  growthText: { id: '% hari, dengan % catatan sehari', en: '% days at % records a day' },
  growthUnknown: {
    id: 'tidak diketahui: akhir catatan terlalu singkat untuk dihitung',
    en: 'not known: the end of the log spans too little time to tell',
  },
  live: { id: 'Kabar langsung', en: 'Live events' },
  liveYes: { id: 'bisa', en: 'answered' },
  liveNo: { id: 'tidak ada', en: 'refused' },
  timeFilter: { id: 'Pilih waktu (10004)', en: 'Time filter (10004)' },
  filterAnswered: { id: 'bisa', en: 'answered' },
  filterRefused: { id: 'tidak dikenal', en: 'refused' },
  filterUnclear: {
    id: 'tidak jelas: dijawab "tidak ada"',
    en: 'unclear: says "nothing" where there is something',
  },
  notAsked: { id: 'tidak ditanyakan', en: 'not asked' },
  problem: { id: 'Catatan tidak terbaca', en: 'The log cannot be read' },
  advice: { id: 'Saran', en: 'Advice' },
  inConfig: { id: 'pada mesin ini di gerbang.yaml', en: 'for this terminal in gerbang.yaml' },
  captured: { id: 'Rekaman ditulis ke', en: 'Capture written to' },
  captureHides: {
    id: 'Kunci, nomor seri, nama dan nomor pengguna di dalamnya disamarkan.',
    en: 'Keys, serials, names and user ids in it are blanked.',
  },
  captureShows: {
    id: 'PERINGATAN: rekaman ini memuat nomor seri, nama, nomor pengguna, mungkin kata sandi dan comm key. Jangan dibagikan.',
    en: 'WARNING: this capture holds serials, names, user ids, perhaps passwords and the comm key. Do not share it.',
  },
  kept: {
    id: 'Byte catatan yang tidak dikenal bentuknya disimpan di',
    en: 'The bytes of the log whose form is not known are kept in',
  },
  keptShows: { id: 'Di dalamnya ada nomor pengguna.', en: 'They hold user ids.' },
} satisfies Record<string, Bilingual>;

/** Findings that call for something other than a quirk. */
export const findings = {
  'reply-checksums-damaged': {
    id: 'Sebagian jawaban datang rusak. Periksa kabel, switch dan pengubah serial; jangan memasang keganjilan untuk ini.',
    en: 'Some replies arrived damaged. Check the cable, the switch and any serial converter; no quirk is for this.',
  },
  'udp-only': { id: 'Mesin ini hanya menjawab lewat UDP.', en: 'This terminal answers on UDP only.' },
  'download-new-log': {
    id: 'DownloadNewLog menyala: mesin hanya memberi catatan baru. Jadikan 0 pada menu mesin.',
    en: 'DownloadNewLog is on: the terminal hands out new records only. Set it to 0 in its menu.',
  },
  'ring-log': {
    id: 'Bila penuh, catatan terlama ditimpa (ISLR). Gerbang harus tetap membaca agar tidak ada yang hilang.',
    en: 'When full, it overwrites its oldest records (ISLR). Gerbang must keep reading, or they are lost.',
  },
  'drops-oldest': {
    id: 'Bila penuh, catatan terlama dihapus (DelRecord). Gerbang harus tetap membaca agar tidak ada yang hilang.',
    en: 'When full, it removes its oldest records (DelRecord). Gerbang must keep reading, or they are lost.',
  },
  compressed: {
    id: 'Catatan dimampatkan (CompressAttlog): seluruhnya diambil setiap kali.',
    en: 'The log is compressed (CompressAttlog): each poll fetches all of it.',
  },
  'nearly-full': {
    id: 'Mesin hampir penuh. Setelah Gerbang membaca semuanya, kosongkan catatannya di menu mesin.',
    en: 'The terminal is nearly full. Once Gerbang has read everything, clear its log in its menu.',
  },
} satisfies Record<string, Bilingual>;

/** Labels of a replay. */
export const replayWords = {
  capture: { id: 'Rekaman', en: 'Capture' },
  packets: { id: 'paket', en: 'packets' },
  dropped: { id: 'tidak muat', en: 'did not fit' },
  redacted: { id: 'disamarkan', en: 'redacted' },
  unredacted: { id: 'TIDAK disamarkan', en: 'NOT redacted' },
  ms: { id: 'ms', en: 'ms' },
  direction: { id: 'arah', en: 'way' },
  code: { id: 'kode', en: 'code' },
  name: { id: 'nama', en: 'name' },
  session: { id: 'sesi', en: 'session' },
  reply: { id: 'nomor', en: 'reply' },
  bytes: { id: 'byte', en: 'bytes' },
  log: { id: 'Catatan mesin', en: 'Log' },
  found: { id: '% dari % byte ada', en: '% of % bytes are there' },
  proven: { id: 'bentuk % terbukti: % catatan, masing-masing % byte', en: 'form % proven: % records of % bytes each' },
  unsupported: { id: 'dikenali tetapi belum didukung: % byte', en: 'recognised but not supported: % bytes' },
  contradicts: {
    id: 'isinya % catatan, masing-masing % byte; penghitung mesin berkata lain',
    en: "holds % records of % bytes each; the terminal's counter says otherwise",
  },
  unproven: { id: 'bentuknya tidak dapat dibuktikan', en: 'its form cannot be proven' },
  notWhole: { id: 'tidak utuh, jadi tidak diuraikan', en: 'not whole, so not decoded' },
  hidden: { id: 'isinya disamarkan, jadi tidak diuraikan', en: 'its content is blanked, so not decoded' },
  noLog: { id: 'Tidak ada catatan mesin di dalam rekaman ini.', en: 'There is no log in this capture.' },
} satisfies Record<string, Bilingual>;
