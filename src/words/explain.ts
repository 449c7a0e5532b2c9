/** What the explanation of a punch says (docs/time.md, "How to read an explanation"). */
import type { Lang } from './language.ts';

const indonesian = {
  title: 'Penjelasan waktu sebuah catatan',
  foot: 'Gerbang menyatakan apa yang ditulis mesin dan apa yang terbukti tentang jamnya. Gerbang tidak menilai terlambat, tidak hadir, siapa, atau mengapa.',
  happened: (day: string, at: string, zone: string) => `Catatan ini terjadi pada ${day} pukul ${at} ${zone}`,
  between: (from: string, until: string) => `tidak sebelum ${from} dan tidak sesudah ${until}.`,
  notAfter: (until: string) => `tidak sesudah ${until}; batas awalnya tidak diketahui.`,
  uncorrectable: (day: string, at: string, zone: string) =>
    `Waktu catatan ini tidak terbukti. Dalam daftar ia ditempatkan pada ${day} pukul ${at} ${zone}`,
  ambiguous: (day: string, at: string, zone: string) => `Lebih dari satu waktu cocok: ${day} pukul ${at} ${zone}`,
  bounded: (day: string, at: string, zone: string) =>
    `Yang cocok dengan jam mesin ialah ${day} pukul ${at} ${zone}; yang pasti hanya batasnya`,
  or: 'atau',
  fitHead: (n: string) => `▸ Keadaan jam ${n}`,

  writtenHead: 'Yang ditulis mesin',
  office: 'Perangkat daerah',
  terminal: 'Mesin',
  serial: 'nomor seri',
  position: 'Letak',
  positionIn: (ordinal: string, epoch: string) => `catatan ke-${ordinal} (dihitung dari 0) dalam masa catatan ${epoch}`,
  deviceTime: 'Waktu di mesin',
  impossible: (text: string) => `${text}, tanggal yang tidak ada`,
  pin: 'PIN',
  verify: 'Cara dikenali',
  verifyMode: (mode: string, state: string, work: string) => `kode ${mode}; tombol ${state}; work code ${work}`,
  source: 'Sumber',
  pull: 'dibaca dari mesin lewat jaringan',
  bytes: 'Byte asli catatan itu, tidak pernah diubah:',
  bytesHidden: 'Byte asli dan PIN disembunyikan: halaman ini dapat dilihat dari luar komputer Gerbang.',

  arrivalHead: 'Kapan catatan ini tiba',
  notThere: 'Belum ada di mesin',
  neverLooked: 'tidak diketahui: mesin ini belum pernah dibaca sebelumnya',
  wasThere: 'Sudah ada di mesin',
  batch: 'Kiriman bukti',
  batchText: (seq: string, at: string) => `nomor ${seq} dari mesin ini, disimpan ${at}`,
  batchUnknown: 'disimpan sebelum kiriman bukti diberi nomor',
  head: 'Sidik rantai bukti',
  arrivalText:
    'Kedua saat ini menurut jam komputer Gerbang, jadi berlaku apa pun yang ditunjukkan jam mesin. Pada batas awal diberi kelonggaran setengah detik.',

  clockHead: 'Jam mesin di sekitar catatan ini',
  before: 'Pemeriksaan terakhir sebelum catatan ini:',
  after: 'Pemeriksaan pertama sesudah catatan ini:',
  noneBefore: 'Sebelum catatan ini jam tidak diperiksa dalam keadaan yang sama.',
  noneAfter: 'Sesudah catatan ini jam belum diperiksa dalam keadaan yang sama.',
  samplesCaption: 'Pertanyaan kepada jam mesin',
  why: 'Alasan',
  asked: 'Ditanya',
  answered: 'Dijawab',
  showed: 'Mesin menunjukkan',
  least: 'Selisih paling kecil',
  most: 'Selisih paling besar',
  sampleRule:
    'Tiap jawaban membuktikan: selisih paling kecil = yang ditunjukkan − saat dijawab; selisih paling besar = yang ditunjukkan + 1 detik − saat ditanya. Tanda + berarti jam mesin lebih cepat daripada waktu setempat.',
  together: (at: string, from: string, until: string) =>
    `Bersama pemeriksaan lain pada keadaan yang sama, pada ${at} selisihnya antara ${from} dan ${until}.`,
  segment: 'Masa jam ini',
  segmentText: (from: string, until: string, samples: string) =>
    `diperiksa ${samples} kali dari ${from} sampai ${until} tanpa perubahan yang tampak`,
  segmentUnsampled: 'tidak pernah diperiksa; hanya catatan yang bercerita tentangnya',
  rate: 'Laju jam',
  rateFitted: (ppm: string, low: string, high: string, day: string) =>
    `${ppm} per sejuta (sekitar ${day} detik sehari); terbukti antara ${low} dan ${high}`,
  rateAssumed: (low: string, high: string) =>
    `belum cukup pemeriksaan; dipakai batas untuk jam mana pun, ${low} sampai ${high} per sejuta`,

  sumsHead: 'Hitungan',
  sumsRule:
    'Dapat diikuti dengan kalkulator. Angka dibulatkan ke sepersepuluh ribu detik, jadi angka terakhir boleh berbeda satu; batas akhir dibulatkan ke luar.',
  largest: (side: string) => `Selisih paling besar, dari ${side}`,
  smallest: (side: string) => `Selisih paling kecil, dari ${side}`,
  sideBefore: 'pemeriksaan sebelumnya',
  sideAfter: 'pemeriksaan sesudahnya',
  driftRule: 'Selisih dapat berubah sejak pemeriksaan: lamanya (detik) × laju paling jauh (per sejuta).',
  highest: 'Yang paling besar',
  lowest: 'Yang paling kecil',
  earliest: 'Paling awal = waktu di mesin − selisih paling besar',
  latest: 'Paling akhir = waktu di mesin + 1 detik − selisih paling kecil',
  estimate: 'Perkiraan = waktu di mesin − selisih di antara kedua pemeriksaan',
  estimateOne: 'Perkiraan = waktu di mesin − selisih menurut pemeriksaan itu',
  cutWhat: 'Yang dipakai',
  cutHow: 'dibatasi oleh saat tibanya dan urutan catatan di sekitarnya',
  cutWide: 'yang pasti apa pun yang terjadi pada jam: saat tibanya dan urutan catatan',
  noSums: 'Tidak ada yang dapat dihitung. Batasnya ialah saat tibanya, sejauh diketahui.',
  sameSecond: 'Jam hanya diperiksa pada detik yang sama dengan catatan ini.',

  resultHead: 'Hasil',
  time: 'Waktu terkoreksi',
  lower: 'Tidak sebelum',
  upper: 'Tidak sesudah',
  open: 'tidak diketahui',
  status: 'Kepastian',
  basis: 'Dasar',
  revision: 'Revisi',
  suspect: 'Perlu dilihat lagi',
  straddleOne: (minute: string) =>
    `Pergantian menit ${minute} terletak di dalam batas: bukti tidak memutuskan di sisi mana catatan ini.`,
  straddleMany: (first: string, last: string) =>
    `Pergantian menit ${first} sampai ${last} terletak di dalam batas: bukti tidak memutuskan di menit mana catatan ini.`,
  straddleNone: 'Tidak ada pergantian menit di dalam batas: menitnya pasti.',
  straddleOpen: 'Batas awalnya tidak diketahui, jadi menitnya tidak terbukti.',
  candidates: 'Waktu yang cocok',
  candidate: 'Keadaan jam',
  candidateName: (n: string) => `keadaan ${n}`,
  granted: 'Yang dianggap benar:',
  change: 'Yang dapat mengubahnya',

  aroundHead: 'Yang terlihat pada jam ini',
  aroundNone: 'Tidak ada perubahan jam yang terlihat di sekitar catatan ini.',
  aroundRule: 'Yang terlihat saja, dengan buktinya; tidak menyebut siapa atau mengapa.',
  stepsCaption: 'Perubahan jam',
  what: 'Yang terlihat',
  earliestAt: 'Paling awal',
  latestAt: 'Paling akhir',
  by: 'Sebesar',
  located: 'Diketahui dari',
  byRange: (from: string, until: string) => `${from} … ${until}`,
  setText: (at: string, shown: string) => `Gerbang menyetel jam mesin pada ${at} menjadi ${shown}.`,
  operationText: (code: string, shown: string) =>
    `Mesin mencatat operasi ${code} pada ${shown} menurut jamnya sendiri.`,
  troubleText: (name: string, meaning: string, from: string, until: string) =>
    `${name}: ${meaning} Terlihat dari ${from} sampai ${until}.`,

  trailHead: 'Jejak dan pengulangan',
  model: 'Model jam',
  modelVersion: (version: string, at: string, code: string) =>
    `versi ${version}, dibuat ${at} oleh aturan versi ${code}`,
  modelNow: (code: string) => `belum ada versi tersimpan; dihitung sekarang oleh aturan versi ${code}`,
  digestStored: 'Sidik bukti tersimpan',
  digestNow: 'Sidik bukti sekarang',
  match: 'COCOK: bukti yang sama, jawaban yang sama',
  mismatch: 'TIDAK COCOK',
  verdict: 'Perbandingan',
  workedOut: 'tidak dapat dibandingkan: tidak ada sidik tersimpan',
  formerCaption: 'Jawaban sebelumnya',
  formerHead: 'Jawaban yang pernah diberikan:',
  formerNone: 'Jawaban ini belum pernah diubah.',
  replaced: 'Diganti',
  adjustHead: 'Periode ini sudah ditutup. Yang akan dikatakan bukti kemudian, tanpa mengubah baris itu:',
  adjustCaption: 'Penyesuaian',
  asStored: 'Tersimpan',
  asRebuilt: 'Dihitung ulang',
  noted: 'Dicatat',
  because: 'Sebab',
  reasons: {
    settled: 'bukti sesudahnya datang',
    'crosses-minute': 'berpindah menit',
    'leaves-bound': 'keluar dari batas sebelumnya',
    contradicted: 'bertentangan dengan batas sebelumnya',
    versioned: 'diberi model berversi',
    'arrived-late': 'tiba sesudah bulan ditutup',
  },

  alarms: {
    'evidence-differs':
      'BUKTI TIDAK COCOK: bukti yang tersimpan sekarang bukan bukti yang menjadi dasar jawaban ini. Jangan dipakai sebelum diperiksa: jalankan gerbang verify.',
    'answer-differs':
      'JAWABAN TIDAK SAMA: hitungan ulang di bawah memberi hasil lain daripada yang tersimpan. Keduanya ditampilkan.',
    'other-code':
      'Model tersimpan dibuat dengan aturan versi lain. Hitungan di bawah memakai aturan program ini; jalankan gerbang recompute untuk menyamakannya.',
    'models-contradict':
      'DUA MODEL BERTENTANGAN tentang catatan ini: sesuatu yang dianggap benar tentang jam mesin ini ternyata tidak benar. Perlu diperiksa orang.',
    'after-close':
      'Catatan ini tiba setelah bulannya ditutup. Ia disimpan dan dijelaskan, tetapi hanya tampil sebagai penyesuaian.',
    'worked-out-now':
      'Catatan ini lebih tua daripada model berversi. Hitungan di bawah dibuat sekarang, dari bukti yang tersimpan di sekitarnya.',
  },
};

/** Same shape, other words. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Translated<T[K]> };

/** All texts of an explanation in one language. */
export type ExplainWords = Translated<typeof indonesian>;

const english: ExplainWords = {
  title: 'How the time of a punch came about',
  foot: 'Gerbang states what the terminal wrote and what is proven about its clock. It does not judge who was late or absent, who did something, or why.',
  happened: (day, at, zone) => `This punch happened on ${day} at ${at} ${zone}`,
  between: (from, until) => `not before ${from} and not after ${until}.`,
  notAfter: (until) => `not after ${until}; how early it may have been is not known.`,
  uncorrectable: (day, at, zone) =>
    `The time of this punch is not proven. In lists it stands at ${at} ${zone} on ${day}`,
  ambiguous: (day, at, zone) => `More than one time fits: ${day} at ${at} ${zone}`,
  bounded: (day, at, zone) => `What fits the clock is ${day} at ${at} ${zone}; only the bounds are certain`,
  or: 'or',
  fitHead: (n) => `▸ Setting ${n} of the clock`,

  writtenHead: 'What the terminal wrote',
  office: 'Office',
  terminal: 'Terminal',
  serial: 'serial number',
  position: 'Position',
  positionIn: (ordinal, epoch) => `record ${ordinal} (counted from 0) in epoch ${epoch} of its log`,
  deviceTime: 'Time on the terminal',
  impossible: (text) => `${text}, a date that does not exist`,
  pin: 'PIN',
  verify: 'Recognised by',
  verifyMode: (mode, state, work) => `code ${mode}; key ${state}; work code ${work}`,
  source: 'Source',
  pull: 'read from the terminal over the network',
  bytes: 'The bytes of the record, never changed:',
  bytesHidden: "Bytes and PIN are hidden: this page can be seen from outside the gateway's computer.",

  arrivalHead: 'When the record arrived',
  notThere: 'Not yet in the terminal',
  neverLooked: 'not known: the terminal had never been read before',
  wasThere: 'In the terminal',
  batch: 'Batch of evidence',
  batchText: (seq, at) => `number ${seq} of this terminal, stored ${at}`,
  batchUnknown: 'stored before batches of evidence were numbered',
  head: 'Head of the evidence chain',
  arrivalText:
    "Both instants are by the gateway's clock, so they hold whatever the terminal's clock showed. Half a second is allowed at the early end.",

  clockHead: "The terminal's clock around the punch",
  before: 'The last look before the punch:',
  after: 'The first look after the punch:',
  noneBefore: 'No look at this setting of the clock was taken before the punch.',
  noneAfter: 'No look at this setting of the clock was taken after the punch yet.',
  samplesCaption: "Questions to the terminal's clock",
  why: 'Why',
  asked: 'Asked',
  answered: 'Answered',
  showed: 'The terminal showed',
  least: 'Smallest offset',
  most: 'Largest offset',
  sampleRule:
    "Each answer proves: smallest offset = what was shown − when it was answered; largest offset = what was shown + 1 second − when it was asked. A + means that the terminal's clock is ahead of local time.",
  together: (at, from, until) =>
    `Together with the other looks at the same setting, at ${at} the offset was between ${from} and ${until}.`,
  segment: 'Run of the clock',
  segmentText: (from, until, samples) => `asked ${samples} times from ${from} to ${until} without a visible change`,
  segmentUnsampled: 'never asked; only records tell of it',
  rate: 'Rate of the clock',
  rateFitted: (ppm, low, high, day) =>
    `${ppm} millionths (about ${day} seconds a day); proven between ${low} and ${high}`,
  rateAssumed: (low, high) => `too few looks; the limits of any clock are used, ${low} to ${high} millionths`,

  sumsHead: 'The arithmetic',
  sumsRule:
    'To be followed with a pocket calculator. Figures are rounded to a ten-thousandth of a second, so a last digit may differ by one; the final bounds are rounded outwards.',
  largest: (side) => `Largest offset, by ${side}`,
  smallest: (side) => `Smallest offset, by ${side}`,
  sideBefore: 'the look before',
  sideAfter: 'the look after',
  driftRule: 'The offset may have changed since the look: the time between (seconds) × the farthest rate (millionths).',
  highest: 'The largest',
  lowest: 'The smallest',
  earliest: 'Earliest = time on the terminal − largest offset',
  latest: 'Latest = time on the terminal + 1 second − smallest offset',
  estimate: 'Estimate = time on the terminal − offset between the two looks',
  estimateOne: 'Estimate = time on the terminal − offset by that look',
  cutWhat: 'What is used',
  cutHow: 'limited by its arrival and by the order of the records around it',
  cutWide: 'what is certain whatever the clock did: its arrival and the order of records',
  noSums: 'There is nothing to work out. The bounds are the arrival of the record, as far as it is known.',
  sameSecond: 'The clock was looked at in the very second of this punch only.',

  resultHead: 'The result',
  time: 'Corrected time',
  lower: 'Not before',
  upper: 'Not after',
  open: 'not known',
  status: 'How sure',
  basis: 'Because',
  revision: 'Revision',
  suspect: 'Worth a second look',
  straddleOne: (minute) =>
    `The change to minute ${minute} lies within the bounds: the evidence does not decide on which side the punch was.`,
  straddleMany: (first, last) =>
    `The changes to minutes ${first} to ${last} lie within the bounds: the evidence does not decide in which minute the punch was.`,
  straddleNone: 'No change of the minute lies within the bounds: the minute is certain.',
  straddleOpen: 'How early it may have been is not known, so the minute is not proven.',
  candidates: 'Times that fit',
  candidate: 'Setting of the clock',
  candidateName: (n) => `setting ${n}`,
  granted: 'What is taken for granted:',
  change: 'What would change it',

  aroundHead: 'What was seen of this clock',
  aroundNone: 'No change of the clock was seen around this punch.',
  aroundRule: 'What was seen, with its evidence; it does not say who or why.',
  stepsCaption: 'Changes of the clock',
  what: 'What was seen',
  earliestAt: 'At the earliest',
  latestAt: 'At the latest',
  by: 'By',
  located: 'Known from',
  byRange: (from, until) => `${from} … ${until}`,
  setText: (at, shown) => `Gerbang set the clock of the terminal at ${at} to ${shown}.`,
  operationText: (code, shown) => `The terminal noted operation ${code} at ${shown} by its own clock.`,
  troubleText: (name, meaning, from, until) => `${name}: ${meaning} Seen from ${from} to ${until}.`,

  trailHead: 'Trail and repetition',
  model: 'Clock model',
  modelVersion: (version, at, code) => `version ${version}, made ${at} by rules of version ${code}`,
  modelNow: (code) => `no stored version yet; worked out now by rules of version ${code}`,
  digestStored: 'Stored digest of the evidence',
  digestNow: 'Digest of the evidence now',
  match: 'MATCH: the same evidence, the same answer',
  mismatch: 'NO MATCH',
  verdict: 'Comparison',
  workedOut: 'cannot be compared: no digest is stored',
  formerCaption: 'Former answers',
  formerHead: 'Answers given before:',
  formerNone: 'This answer was never changed.',
  replaced: 'Replaced',
  adjustHead: 'This period is closed. What later evidence would say, without changing the row:',
  adjustCaption: 'Adjustments',
  asStored: 'Stored',
  asRebuilt: 'Worked out again',
  noted: 'Noted',
  because: 'Reason',
  reasons: {
    settled: 'later evidence came',
    'crosses-minute': 'moved to another minute',
    'leaves-bound': 'left the former bounds',
    contradicted: 'contradicts the former bounds',
    versioned: 'given a versioned model',
    'arrived-late': 'arrived after the month was closed',
  },

  alarms: {
    'evidence-differs':
      'THE EVIDENCE DOES NOT MATCH: what is stored now is not what this answer was drawn from. Do not rely on it before it was looked into: run gerbang verify.',
    'answer-differs':
      'THE ANSWER IS NOT THE SAME: worked out again below, it differs from the stored one. Both are shown.',
    'other-code':
      'The stored model was made by rules of another version. The arithmetic below uses those of this program; run gerbang recompute to bring them together.',
    'models-contradict':
      "TWO MODELS CONTRADICT EACH OTHER about this punch: something taken for granted about the terminal's clock is wrong. A person should look into it.",
    'after-close':
      'This punch arrived after its month was closed. It is kept and explained, but shown among the adjustments only.',
    'worked-out-now':
      'This punch is older than versions of models. The arithmetic below is worked out now, from the evidence stored around it.',
  },
};

/** The texts of an explanation. */
export function explainWords(lang: Lang): ExplainWords {
  return lang === 'en' ? english : indonesian;
}
