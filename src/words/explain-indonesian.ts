/** What the explanation of a punch says, in Indonesian. */

export const indonesian = {
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
