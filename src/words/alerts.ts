/** Alerts in words: what, and the next step. */
import type { Bilingual, Lang } from './language.ts';
import { durationText } from './time.ts';

/** What a sentence may need. */
export interface AlertFacts {
  readonly [name: string]: string | number | null;
}

interface AlertText {
  readonly name: Bilingual;
  readonly what: (facts: AlertFacts) => Bilingual;
  readonly next: Bilingual;
}

const plain = (id: string, en: string) => (): Bilingual => ({ id, en });

/** By kind (`src/alerts/conditions.ts`); a test holds both lists equal. */
export const alertTexts = {
  'network-dark': {
    name: { id: 'Banyak OPD tidak terjangkau', en: 'Many offices out of reach' },
    what: (f) => ({
      id: `${f.offices} dari ${f.of} OPD (${f.machines} mesin) berhenti menjawab bersamaan.`,
      en: `${f.offices} of ${f.of} offices (${f.machines} terminals) stopped answering together.`,
    }),
    next: {
      id: 'Periksa jaringan pusat: sambungan antar-kantor, VPN, switch utama. Catatan tetap aman di mesin.',
      en: 'Look at the central network: links between offices, VPN, the main switch. Punches are safe in the terminals.',
    },
  },
  'office-dark': {
    name: { id: 'Seluruh mesin OPD tidak menjawab', en: 'A whole office is silent' },
    what: (f) => ({ id: `Semua ${f.machines} mesin tidak menjawab.`, en: `All ${f.machines} terminals are silent.` }),
    next: {
      id: 'Hubungi OPD: periksa listrik, lalu router atau sambungan ke kantor itu.',
      en: 'Call the office: check the power, then the router or the line to it.',
    },
  },
  'terminal-silent': {
    name: { id: 'Mesin tidak menjawab', en: 'Silent terminal' },
    what: plain('Mesin ini tidak dapat dibaca.', 'This terminal cannot be read.'),
    next: {
      id: 'Buka halaman mesin itu untuk sebab dan langkahnya; bila rusak atau hilang, buat laporan.',
      en: 'Open its page for the reason and the next step; if it is broken or lost, report it.',
    },
  },
  'terminal-needs-person': {
    name: { id: 'Mesin perlu diperiksa orang', en: 'A terminal needs a person' },
    what: plain(
      'Mesin di alamat itu bukan yang dikenal, atau menolak dibaca.',
      'The terminal at that address is not the known one, or refuses to be read.',
    ),
    next: {
      id: 'Buka halaman mesin: nomor seri yang diharapkan dan yang ditemukan ada di sana.',
      en: 'Open its page: the expected and the found serial number stand there.',
    },
  },
  'clock-off': {
    name: { id: 'Jam mesin tidak tepat', en: 'Wrong clock' },
    what: (f) => {
      const fast = Number(f.offsetMs) > 0;
      const by = (lang: Lang): string => durationText(Number(f.offsetMs), lang);
      return {
        id: `Jam mesin lebih ${fast ? 'cepat' : 'lambat'} ${by('id')} sejak berjam-jam dan belum disetel.`,
        en: `The clock has been ${by('en')} ${fast ? 'fast' : 'slow'} for hours and was not set.`,
      };
    },
    next: {
      id: 'Catatan tetap dikoreksi. Setel jam dari halaman mesin, atau izinkan Gerbang menyetelnya pada waktu sepi.',
      en: 'Punches are corrected all the same. Set the clock on its page, or let Gerbang set it in quiet hours.',
    },
  },
  'clock-needs-person': {
    name: { id: 'Jam mesin perlu orang', en: 'A clock needs a person' },
    what: plain(
      'Gerbang berhenti menyetel jam mesin ini: baterai, kristal, atau pengaturannya bermasalah.',
      'Gerbang stopped setting this clock: its battery, its crystal or its settings are at fault.',
    ),
    next: {
      id: 'Kirim teknisi; biasanya perlu ganti baterai jam.',
      en: 'Send a technician; most often the clock battery is due.',
    },
  },
  'clock-contradiction': {
    name: { id: 'Model jam bertentangan', en: 'Clock models contradict each other' },
    what: (f) => ({
      id: `${f.count} kali model jam yang kemudian bertentangan dengan yang sebelumnya.`,
      en: `${f.count} times a later model of the clock contradicted an earlier one.`,
    }),
    next: {
      id: 'Lihat halaman jam mesin ini sebelum memakai waktu catatannya dalam sengketa.',
      en: 'Look at the page of this clock before relying on its times in a dispute.',
    },
  },
  'log-nearly-full': {
    name: { id: 'Memori mesin hampir penuh', en: 'Log nearly full' },
    what: (f) => ({
      id: `${f.records} dari ${f.recordCapacity} catatan terisi.`,
      en: `${f.records} of ${f.recordCapacity} records are used.`,
    }),
    next: {
      id: 'Pastikan mesin terbaca lengkap, lalu hapus catatan lama dari menu mesin. Mesin yang penuh membuang catatan terlama.',
      en: 'Make sure it was read whole, then clear old records in its menu. A full terminal drops its oldest records.',
    },
  },
  'records-gone': {
    name: { id: 'Catatan hilang', en: 'Records are gone' },
    what: (f) => ({
      id: `Paling sedikit ${f.count} catatan hilang dari mesin sebelum sempat dibaca.`,
      en: `At least ${f.count} records left the terminal before they could be read.`,
    }),
    next: {
      id: 'Lihat Kelengkapan untuk rentang waktunya. Tanyakan siapa yang menghapus; berkas USB mesin mungkin masih menyimpannya.',
      en: 'See Completeness for the stretch of time. Ask who cleared it; a USB export may still hold them.',
    },
  },
  'records-set-aside': {
    name: { id: 'Catatan disisihkan', en: 'Records were set aside' },
    what: (f) => ({
      id: `${f.count} kiriman tidak dapat disimpan sebagai presensi dan disisihkan utuh.`,
      en: `${f.count} batches could not be stored as attendance and were set aside whole.`,
    }),
    next: {
      id: 'Tidak ada yang hilang. Lihat tabel set_aside, kolom reason_code (docs/operations.md).',
      en: 'Nothing is lost. See table set_aside, column reason_code (docs/operations.md).',
    },
  },
  'queue-stuck': {
    name: { id: 'Antrean macet', en: 'The queue is stuck' },
    what: (f) => ({
      id: `${f.depth} kiriman menunggu dan tidak ada yang tersimpan.`,
      en: `${f.depth} batches wait and nothing is being stored.`,
    }),
    next: {
      id: 'Jalankan `gerbang doctor`. Catatan tetap aman di antrean dan di mesin.',
      en: 'Run `gerbang doctor`. Punches are safe in the queue and in the terminals.',
    },
  },
  'consumer-behind': {
    name: { id: 'Penerima data tertinggal', en: 'A receiver lags behind' },
    what: (f) => ({ id: `${f.rows} baris belum diterimanya.`, en: `It has not taken ${f.rows} rows.` }),
    next: {
      id: 'Periksa sistem penerima itu; Gerbang mengulang sendiri dan tidak membuang apa pun.',
      en: 'Look at that system; Gerbang repeats by itself and drops nothing.',
    },
  },
  'disk-low': {
    name: { id: 'Ruang disk hampir habis', en: 'Disk nearly full' },
    what: (f) => ({
      id: `Tersisa ${f.freePercent} % (${f.freeMb} MB).`,
      en: `${f.freePercent} % (${f.freeMb} MB) are left.`,
    }),
    next: {
      id: 'Kosongkan disk atau perbesar sebelum Postgres berhenti.',
      en: 'Free or add space before Postgres stops.',
    },
  },
  'gateway-gone': {
    name: { id: 'Gateway berhenti tanpa pamit', en: 'A gateway is gone' },
    what: plain('Gateway ini tidak memberi tanda hidup.', 'This gateway gives no sign of life.'),
    next: {
      id: 'Gateway lain mengambil alih OPD-nya. Periksa komputer itu dan layanan gerbang.',
      en: 'The others take its offices over. Look at that computer and its gerbang service.',
    },
  },
  'host-clock': {
    name: { id: 'Jam komputer gateway meleset', en: 'The clock of the gateway is off' },
    what: (f) => ({
      id: `Jam komputer ini dapat meleset ${durationText(Number(f.errorMs), 'id')}.`,
      en: `The clock of this computer may be off by ${durationText(Number(f.errorMs), 'en')}.`,
    }),
    next: { id: 'Hidupkan dan periksa chrony atau NTP.', en: 'Start and check chrony or NTP.' },
  },
  'report-waiting': {
    name: { id: 'Laporan mesin menunggu', en: 'A report waits' },
    what: (f) => ({
      id: `Laporan #${f.number} sudah ${durationText(Number(f.waitingMs), 'id')} tanpa langkah.`,
      en: `Report #${f.number} has had no step for ${durationText(Number(f.waitingMs), 'en')}.`,
    }),
    next: {
      id: 'Buka laporan itu: terima, periksa di lokasi, atau catat apa yang ditunggu.',
      en: 'Open the report: take it on, look at the place, or note what is being waited for.',
    },
  },
  'breach-note-due': {
    name: { id: 'Batas 3 × 24 jam mesin hilang', en: '3 × 24 hours of a lost terminal' },
    what: (f) => ({
      id:
        Number(f.leftMs) > 0
          ? `Laporan #${f.number}: tersisa ${durationText(Number(f.leftMs), 'id')} untuk memberi tahu tertulis.`
          : `Laporan #${f.number}: batas waktu pemberitahuan tertulis sudah lewat.`,
      en:
        Number(f.leftMs) > 0
          ? `Report #${f.number}: ${durationText(Number(f.leftMs), 'en')} are left to tell people in writing.`
          : `Report #${f.number}: the time to tell people in writing is over.`,
    }),
    next: {
      id: 'UU 27/2022 pasal 46: beri tahu orang-orang yang templatnya mungkin ada di mesin, dan lembaga, secara tertulis. Daftarnya ada di laporan; catat pengirimannya di sana.',
      en: 'Law 27/2022, article 46: tell the people whose templates may be on it, and the authority, in writing. The report lists them; note there that it was sent.',
    },
  },
} satisfies Record<string, AlertText>;

/** The texts of a kind; a kind of a newer version is named by its code. */
export function alertText(kind: string, facts: AlertFacts, lang: Lang): { name: string; what: string; next: string } {
  const known: Readonly<Record<string, AlertText>> = alertTexts;
  const text = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (text === undefined) return { name: kind, what: '', next: '' };
  return { name: text.name[lang], what: text.what(facts)[lang], next: text.next[lang] };
}

export const alertWords = {
  page: { id: 'Peringatan', en: 'Alerts' },
  none: {
    id: 'Tidak ada peringatan. Semua berjalan sebagaimana mestinya.',
    en: 'No alerts. Everything runs as it should.',
  },
  noneClosed: { id: 'Belum ada peringatan yang selesai.', en: 'No alert has ended yet.' },
  open: { id: 'Sedang berlangsung', en: 'Going on' },
  closed: { id: 'Selesai', en: 'Over' },
  since: { id: 'Sejak', en: 'Since' },
  until: { id: 'Selesai', en: 'Over at' },
  what: { id: 'Apa', en: 'What' },
  where: { id: 'Di mana', en: 'Where' },
  next: { id: 'Langkah', en: 'Next step' },
  wholeHouse: { id: 'Gerbang', en: 'Gerbang' },
  warning: { id: 'peringatan', en: 'warning' },
  critical: { id: 'genting', en: 'critical' },
  takenBy: { id: 'Ditangani', en: 'Taken on by' },
  take: { id: 'Saya tangani', en: 'I take it on' },
  note: { id: 'Catatan (boleh kosong)', en: 'Note (may be empty)' },
  taken: { id: 'Tercatat. Peringatan ini tidak dikirim lagi.', en: 'Noted. This alert is not sent again.' },
  notTaken: {
    id: 'Peringatan itu sudah selesai atau sudah ditangani orang lain.',
    en: 'That alert is over, or somebody else took it on.',
  },
  channels: { id: 'Saluran pemberitahuan', en: 'Channels' },
  channel: { id: 'Saluran', en: 'Channel' },
  waiting: { id: 'Menunggu', en: 'Waiting' },
  lastFailure: { id: 'Kegagalan terakhir', en: 'Last failure' },
  lastSent: { id: 'Terakhir terkirim', en: 'Last sent' },
  noChannels: {
    id: 'Belum ada pesan terkirim. Surel dan webhook diatur di gerbang.yaml, bagian alerts; MQTT selalu aktif.',
    en: 'No message was sent yet. E-mail and webhooks are set in gerbang.yaml under alerts; MQTT is always on.',
  },
  subjectOpened: { id: 'peringatan baru', en: 'new alerts' },
  subjectClosed: { id: 'selesai', en: 'over' },
  foot: {
    id: 'Dikirim oleh Gerbang. Satu surat untuk semua yang terjadi bersamaan.',
    en: 'Sent by Gerbang. One message for all that happened together.',
  },
} satisfies Record<string, Bilingual>;
