/** What reports of terminals are called and say. Words for concepts: ui.md. */
import type { Cause } from '../incident/outage-windows.ts';
import type { IncidentKind, IncidentState } from '../incident/steps.ts';
import type { Bilingual } from './language.ts';

export const kindNames = {
  broken: { id: 'Rusak', en: 'Broken' },
  lost: { id: 'Hilang', en: 'Lost' },
  'wrong-time': { id: 'Jam tidak tepat', en: 'Wrong time' },
  moved: { id: 'Dipindahkan', en: 'Moved' },
} satisfies Record<IncidentKind, Bilingual>;

export const kindHints = {
  broken: {
    id: 'Mati, tidak mengenali orang, layar atau sensornya rusak.',
    en: 'Dead, does not recognise people, screen or sensor damaged.',
  },
  lost: { id: 'Tidak ada lagi di tempatnya.', en: 'No longer in its place.' },
  'wrong-time': { id: 'Jam di layar berbeda dari jam sebenarnya.', en: 'The time on its screen is not the true time.' },
  moved: { id: 'Dipasang di tempat lain, atau ditukar.', en: 'Put up elsewhere, or exchanged.' },
} satisfies Record<IncidentKind, Bilingual>;

export const stateNames = {
  reported: { id: 'Dilaporkan', en: 'Reported' },
  acknowledged: { id: 'Diterima', en: 'Acknowledged' },
  verified: { id: 'Terverifikasi', en: 'Verified' },
  'not-confirmed': { id: 'Tidak terbukti', en: 'Not confirmed' },
  'in-repair': { id: 'Diperbaiki', en: 'In repair' },
  repaired: { id: 'Selesai diperbaiki', en: 'Repaired' },
  replaced: { id: 'Diganti', en: 'Replaced' },
  'written-off': { id: 'Dihapuskan', en: 'Written off' },
  merged: { id: 'Digabung', en: 'Merged' },
} satisfies Record<IncidentState, Bilingual>;

/** A lost machine is found, not repaired. */
export function stateName(state: IncidentState, kind: IncidentKind): Bilingual {
  return state === 'repaired' && kind === 'lost' ? { id: 'Ditemukan kembali', en: 'Found again' } : stateNames[state];
}

/** What a button says that takes a report to a state. */
export const stepButtons = {
  reported: { id: 'Ajukan kembali', en: 'Report again' },
  acknowledged: { id: 'Terima laporan', en: 'Acknowledge' },
  verified: { id: 'Nyatakan terbukti', en: 'Verify' },
  'not-confirmed': { id: 'Nyatakan tidak terbukti', en: 'Not confirmed' },
  'in-repair': { id: 'Mulai perbaikan', en: 'Start the repair' },
  repaired: { id: 'Selesai: mesin berfungsi lagi', en: 'Done: it works again' },
  replaced: { id: 'Ganti dengan mesin lain', en: 'Replace by another machine' },
  'written-off': { id: 'Hapuskan dari daftar aset', en: 'Write off' },
  merged: { id: 'Gabungkan', en: 'Merge' },
} satisfies Record<IncidentState, Bilingual>;

export const otherSteps = {
  note: { id: 'Catatan', en: 'Note' },
  proof: { id: 'Bukti ditambahkan', en: 'Evidence added' },
  probe: { id: 'Mesin diuji', en: 'Terminal probed' },
  'well-again': { id: 'Mesin terbaca lagi', en: 'Read again without fault' },
  'failed-again': { id: 'Mesin gagal lagi', en: 'Failed again' },
  reminder: { id: 'Pengingat', en: 'Reminder' },
  'note-sent': { id: 'Pemberitahuan tertulis dikirim', en: 'Written note sent' },
} satisfies Record<string, Bilingual>;

/** Why the gateway opened a report. */
export const whyOpened = {
  silent: {
    id: 'Mesin tidak menjawab lebih lama daripada batas kantor ini.',
    en: 'The terminal has not answered for longer than this office allows.',
  },
  clock: {
    id: 'Jam mesin tidak dapat lagi dijaga oleh Gerbang.',
    en: 'Gerbang can no longer keep the clock of this terminal.',
  },
  identity: {
    id: 'Di alamat ini yang menjawab bukan mesin yang seharusnya.',
    en: 'What answers at this address is not the terminal that should.',
  },
} satisfies Record<string, Bilingual>;

export const ageNames = {
  fresh: { id: 'baru', en: 'new' },
  waiting: { id: 'menunggu', en: 'waiting' },
  late: { id: 'terlambat', en: 'late' },
  forgotten: { id: 'terlupakan', en: 'forgotten' },
} satisfies Record<string, Bilingual>;

export const gatewayName: Bilingual = { id: 'Gerbang (otomatis)', en: 'Gerbang (by itself)' };

export const reportWords = {
  title: { id: 'Lapor mesin rusak atau hilang', en: 'Report a broken or lost terminal' },
  lead: {
    id: 'Tiga pertanyaan, kurang dari satu menit. Gerbang menambahkan sendiri apa yang diketahuinya tentang mesin.',
    en: 'Three questions, less than a minute. Gerbang adds by itself what it knows of the terminal.',
  },
  where: { id: '1. Mesin mana?', en: '1. Which terminal?' },
  what: { id: '2. Apa yang terjadi?', en: '2. What happened?' },
  since: { id: '3. Sejak kapan?', en: '3. Since when?' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  chooseOffice: { id: 'Pilih perangkat daerah …', en: 'Choose an office …' },
  officeNotListed: { id: 'Tidak ada dalam daftar', en: 'Not in the list' },
  showMachines: { id: 'Tampilkan mesinnya', en: 'Show its terminals' },
  machine: { id: 'Mesin', en: 'Terminal' },
  notListed: { id: 'Mesin lain, tidak ada dalam daftar', en: 'Another one, not in the list' },
  place: { id: 'Kantor dan letak mesin', en: 'Office and place' },
  placeHint: {
    id: 'Hanya bila mesinnya tidak ada dalam daftar. Contoh: Puskesmas Muara Aman, pintu depan.',
    en: 'Only when the terminal is not in the list. Example: Muara Aman clinic, front door.',
  },
  day: { id: 'Tanggal', en: 'Day' },
  time: { id: 'Jam (bila tahu)', en: 'Time (if you know)' },
  words: { id: 'Ceritakan singkat', en: 'In a few words' },
  wordsHint: {
    id: 'Apa yang terlihat, siapa yang menemukan, apa yang sudah dicoba. Jangan menulis NIP.',
    en: 'What can be seen, who found it, what was tried. No personal numbers.',
  },
  proofs: { id: 'Bukti: foto atau surat (PDF)', en: 'Evidence: photos or a letter (PDF)' },
  proofsHint: {
    id: 'Paling banyak 5 berkas, masing-masing 8 MB. Foto disimpan tanpa lokasi dan data kamera.',
    en: 'At most 5 files of 8 MB. Photos are kept without location and camera data.',
  },
  held: { id: 'Berkas yang sudah diterima dan ikut dikirim:', en: 'Files already received, sent along:' },
  submit: { id: 'Kirim laporan', en: 'Send the report' },
  sent: { id: 'Laporan terkirim dengan nomor', en: 'Report sent with number' },
  gatewayOpen: {
    id: 'Gerbang sudah melaporkannya sendiri; laporan Anda akan melanjutkannya:',
    en: 'Gerbang has reported it by itself; your report will go on from it:',
  },
  alreadyOpen: { id: 'Mesin ini sudah dilaporkan:', en: 'This terminal is reported already:' },
  whereMissing: {
    id: 'Pilih mesinnya, atau tulis kantor dan letaknya.',
    en: 'Choose the terminal, or write where it is.',
  },
  whereUnknown: {
    id: 'Mesin ini tidak ada di kantor itu. Pilih lagi.',
    en: 'There is no such terminal there. Choose again.',
  },
  whatMissing: { id: 'Pilih apa yang terjadi.', en: 'Choose what happened.' },
  sinceMissing: { id: 'Isi tanggalnya.', en: 'Give the day.' },
  sinceWrong: { id: 'Tanggal atau jam ini tidak ada.', en: 'There is no such day or time.' },
  sinceFuture: { id: 'Waktu ini belum tiba.', en: 'This is in the future.' },
  sinceOld: { id: 'Lebih dari dua tahun yang lalu: periksa tahunnya.', en: 'More than two years ago: check the year.' },
  tooLong: { id: 'Terlalu panjang.', en: 'Too long.' },
} satisfies Record<string, Bilingual>;

export const proofWords = {
  notTaken: {
    id: 'bukan foto (JPEG, PNG, WebP) atau PDF. Bila ini foto iPhone (HEIC), kirim sebagai JPEG.',
    en: 'is no photo (JPEG, PNG, WebP) and no PDF. If it is an iPhone photo (HEIC), send it as JPEG.',
  },
  damaged: { id: 'rusak dan tidak dapat dibuka. Ambil fotonya lagi.', en: 'is damaged and cannot be opened.' },
  tooManyPixels: { id: 'terlalu besar ukurannya dalam piksel.', en: 'has too many pixels.' },
  tooLarge: { id: 'lebih besar dari 8 MB.', en: 'is larger than 8 MB.' },
  tooMany: { id: 'Paling banyak 5 berkas sekali kirim.', en: 'At most 5 files at once.' },
  tooMuch: { id: 'Semua berkas bersama lebih dari 20 MB.', en: 'All files together are more than 20 MB.' },
  full: { id: 'Laporan ini sudah memuat 40 berkas.', en: 'This report holds 40 files already.' },
  empty: { id: 'kosong.', en: 'is empty.' },
} satisfies Record<string, Bilingual>;

export const listWords = {
  title: { id: 'Laporan mesin', en: 'Reports of terminals' },
  new: { id: 'Lapor mesin', en: 'Report a terminal' },
  outages: { id: 'Masa mesin tidak berfungsi', en: 'Outage windows' },
  open: { id: 'Yang terbuka', en: 'Open' },
  closed: { id: 'Yang selesai', en: 'Closed' },
  all: { id: 'Semua', en: 'All' },
  state: { id: 'Keadaan', en: 'State' },
  kind: { id: 'Jenis', en: 'Kind' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  allOffices: { id: 'Semua perangkat daerah', en: 'All offices' },
  allKinds: { id: 'Semua jenis', en: 'All kinds' },
  filter: { id: 'Saring', en: 'Filter' },
  number: { id: 'Nomor', en: 'Number' },
  machine: { id: 'Mesin', en: 'Terminal' },
  since: { id: 'Sejak', en: 'Since' },
  waiting: { id: 'Langkah terakhir', en: 'Last step' },
  by: { id: 'Oleh', en: 'By' },
  proofs: { id: 'Bukti', en: 'Evidence' },
  openCount: { id: 'laporan terbuka', en: 'reports open' },
  empty: {
    id: 'Tidak ada laporan dengan saringan ini. Laporan dari kantor dan dari Gerbang sendiri muncul di sini.',
    en: 'No report with this filter. Reports of offices and of Gerbang itself appear here.',
  },
  well: { id: 'mesin sudah terbaca lagi', en: 'read again' },
} satisfies Record<string, Bilingual>;

export const incidentWords = {
  report: { id: 'Laporan', en: 'Report' },
  people: { id: 'Yang dilakukan orang', en: 'What people did' },
  facts: { id: 'Yang diketahui Gerbang', en: 'What Gerbang knows' },
  factsThen: { id: 'Saat dilaporkan', en: 'When it was reported' },
  factsNow: { id: 'Yang berubah sejak itu', en: 'What changed since' },
  unchanged: { id: 'Belum ada yang berubah.', en: 'Nothing yet.' },
  noFacts: {
    id: 'Mesin ini tidak terdaftar, jadi Gerbang tidak tahu apa-apa tentangnya.',
    en: 'This terminal is not listed, so Gerbang knows nothing of it.',
  },
  proofs: { id: 'Bukti', en: 'Evidence' },
  noProofs: { id: 'Belum ada foto atau surat.', en: 'No photo and no letter yet.' },
  digest: { id: 'Sidik berkas (SHA-256)', en: 'Digest (SHA-256)' },
  next: { id: 'Langkah berikutnya', en: 'Next step' },
  note: { id: 'Catatan', en: 'Note' },
  noteHint: {
    id: 'Wajib untuk: tidak terbukti, diganti, dihapuskan, ajukan kembali.',
    en: 'Required for: not confirmed, replaced, written off, reported again.',
  },
  noteMissing: { id: 'Tulis alasannya: langkah ini memerlukan catatan.', en: 'Write why: this step needs a note.' },
  addNote: { id: 'Simpan catatan', en: 'Save the note' },
  noteEmpty: { id: 'Tulis catatan atau pilih berkas.', en: 'Write a note or choose a file.' },
  takeStep: { id: 'Pilih langkah', en: 'Choose a step' },
  newSerial: { id: 'Nomor seri mesin pengganti', en: 'Serial number of the new terminal' },
  newSerialHint: {
    id: 'Tertera di belakang mesin atau di menu Info. Riwayat tempat ini berlanjut; data mesin lama yang datang terlambat tetap diterima.',
    en: 'On its back or in its Info menu. The history of this place goes on; late data of the old machine is still taken.',
  },
  serialWrong: {
    id: 'Nomor seri hanya berisi huruf, angka, titik, garis bawah, tanda hubung (paling banyak 40).',
    en: 'A serial holds letters, digits, dots, underscores, hyphens (at most 40).',
  },
  sameMachine: { id: 'Ini nomor seri mesin yang lama.', en: 'This is the serial of the old machine.' },
  standsElsewhere: {
    id: 'Mesin dengan nomor seri ini terpasang di tempat lain. Lepaskan dulu dari sana.',
    en: 'A machine with this serial stands elsewhere. Take it out there first.',
  },
  needsPlace: {
    id: 'Laporan ini tidak menyebut mesin yang terdaftar, jadi tidak ada yang dapat digantikan.',
    en: 'This report names no listed terminal, so there is nothing to replace.',
  },
  noSuchStep: {
    id: 'Langkah ini tidak mungkin lagi: laporan sudah berpindah keadaan. Periksa keadaannya, lalu pilih lagi.',
    en: 'This step is no longer possible: the report has moved on. Look at its state and choose again.',
  },
  notPermitted: { id: 'Akun Anda tidak berwenang mengambil langkah ini.', en: 'Your account may not take this step.' },
  probe: { id: 'Uji mesin sekarang', en: 'Probe the terminal now' },
  probeResult: { id: 'Uji langsung', en: 'Live probe' },
  record: { id: 'Cetak berita acara (PDF)', en: 'Print the official record (PDF)' },
  wellAgain: {
    id: 'Mesin terbaca lagi tanpa gangguan. Bila benar sudah berfungsi, tutup laporan ini.',
    en: 'The terminal is read again without fault. If it really works, close this report.',
  },
  closeIt: { id: 'Ya, mesin berfungsi lagi: tutup laporan', en: 'Yes, it works again: close the report' },
  healed: {
    id: 'Mesin pulih sendiri sebelum ada yang memeriksa; ditutup otomatis.',
    en: 'It recovered before anybody looked; closed automatically.',
  },
  mergedInto: {
    id: 'Laporan otomatis ini dilanjutkan dalam laporan orang tentang mesin yang sama:',
    en: 'This report of the gateway goes on in a person’s report of the same terminal:',
  },
  tookOver: { id: 'Melanjutkan laporan otomatis Gerbang', en: 'Goes on from the report of Gerbang itself' },
  gatewaySince: { id: 'Diketahui Gerbang sejak', en: 'Known to Gerbang since' },
  factsOfGateway: { id: 'Saat Gerbang melaporkannya', en: 'When Gerbang reported it' },
  others: { id: 'Laporan lain tentang mesin ini', en: 'Other reports of this terminal' },
  privacy: { id: 'Data orang di mesin yang hilang', en: 'Data of people on the lost terminal' },
  privacyText: {
    id: 'Mesin presensi menyimpan templat sidik jari atau wajah. Bila mesin hilang, data pribadi spesifik mungkin ikut hilang. UU 27/2022 Pasal 46 meminta pemberitahuan tertulis kepada orangnya dan lembaga paling lambat 3 × 24 jam.',
    en: 'A terminal holds templates of fingers or faces. With a lost one, specific personal data may be lost. Law 27/2022, article 46, asks for written notice to the persons and the authority within 3 × 24 hours.',
  },
  deadline: { id: 'Batas pemberitahuan', en: 'Notice due by' },
  deadlinePassed: { id: 'sudah lewat', en: 'passed' },
  deadlineLeft: { id: 'tersisa', en: 'left' },
  noteSent: { id: 'Pemberitahuan tertulis', en: 'Written note' },
  noteSentAt: { id: 'dikirim', en: 'sent' },
  noteNotSent: { id: 'belum dikirim', en: 'not sent yet' },
  noteInTime: { id: 'dalam batas waktu', en: 'in time' },
  noteLate: { id: 'lewat batas waktu', en: 'after the time limit' },
  noteForm: { id: 'Catat pengiriman pemberitahuan', en: 'Note that it was sent' },
  noteDay: { id: 'Tanggal dikirim', en: 'Day it was sent' },
  noteTime: { id: 'Jam dikirim', en: 'Time it was sent' },
  noteWhat: { id: 'Kepada siapa, dengan surat apa', en: 'To whom, by which letter' },
  noteWhatHint: {
    id: 'Contoh: surat 800/123/BKPP kepada 61 pegawai dan kepada lembaga. Jangan menulis NIP.',
    en: 'Example: letter 800/123/BKPP to 61 people and to the authority. No personal numbers.',
  },
  noteButton: { id: 'Pemberitahuan sudah dikirim', en: 'The note was sent' },
  sentWrong: {
    id: 'Waktu kirim harus ada, tidak sebelum mesin hilang, dan belum boleh di masa depan.',
    en: 'Give when it was sent: not before the loss and not in the future.',
  },
  countPeople: { id: 'orang', en: 'people' },
  mayBeOn: { id: 'Templat yang mungkin ada di mesin', en: 'Templates that may be on it' },
  showPeople: { id: 'Tampilkan daftarnya (tercatat di log audit)', en: 'Show the list (noted in the audit log)' },
  peopleTitle: { id: 'Siapa yang mungkin ada di mesin', en: 'Who may be on the terminal' },
  peopleLead: {
    id: 'PIN yang pernah tercatat di mesin ini, yang terakhir lebih dulu. Orang yang terdaftar tetapi tidak pernah presensi tidak ada di daftar; bandingkan dengan jumlah pengguna menurut mesin.',
    en: 'PINs that this terminal ever recorded, last seen first. People who are enrolled and never punched are not in it; compare with its own count of users.',
  },
  pin: { id: 'PIN', en: 'PIN' },
  person: { id: 'Orang', en: 'Person' },
  punches: { id: 'Catatan', en: 'Punches' },
  lastSeen: { id: 'Terakhir', en: 'Last' },
  noPins: { id: 'Tidak ada catatan dari mesin ini.', en: 'Nothing is stored of this terminal.' },
  noSuchReport: { id: 'Laporan tidak ditemukan', en: 'No such report' },
  noSuchReportText: {
    id: 'Tidak ada laporan dengan nomor ini yang dapat dibuka oleh akun Anda.',
    en: 'There is no report of this number that your account may open.',
  },
  back: { id: 'Kembali ke laporan', en: 'Back to the report' },
  reminderText: { id: 'Sudah lama tanpa langkah baru.', en: 'No new step for a long time.' },
} satisfies Record<string, Bilingual>;

/** What became of a live look. */
export const probeStates = {
  waiting: { id: 'menunggu giliran; muat ulang halaman ini', en: 'waiting; load this page again' },
  running: { id: 'sedang diuji; muat ulang halaman ini', en: 'running; load this page again' },
  done: { id: 'mesin menjawab', en: 'it answered' },
  failed: { id: 'mesin tidak menjawab', en: 'it did not answer' },
} satisfies Record<string, Bilingual>;

export const factNames = {
  state: { id: 'Keadaan', en: 'State' },
  lastRead: { id: 'Terakhir terbaca', en: 'Last read' },
  failingSince: { id: 'Gagal sejak', en: 'Failing since' },
  why: { id: 'Sebab', en: 'Why' },
  logThrough: { id: 'Catatan tersimpan sampai', en: 'Log stored up to' },
  lastPunch: { id: 'Presensi terakhir', en: 'Last punch' },
  offset: { id: 'Selisih jam', en: 'Clock offset' },
  serial: { id: 'Nomor seri', en: 'Serial' },
  address: { id: 'Alamat', en: 'Address' },
  device: { id: 'Perangkat', en: 'Device' },
  firmware: { id: 'Firmware', en: 'Firmware' },
  records: { id: 'Catatan di mesin', en: 'Records on it' },
  users: { id: 'Pengguna menurut mesin', en: 'Users by its own count' },
  usual: { id: 'Biasa presensi di sini (30 hari)', en: 'Usually punch here (30 days)' },
  others: { id: 'Mesin lain di kantor', en: 'Other terminals of the office' },
  othersWell: { id: 'berfungsi', en: 'working' },
} satisfies Record<string, Bilingual>;

export const machineStates = {
  waiting: { id: 'Menunggu pembacaan pertama', en: 'Waiting for the first read' },
  ok: { id: 'Terbaca', en: 'Read' },
  failing: { id: 'Tidak menjawab', en: 'Silent' },
  quarantined: { id: 'Disisihkan, perlu orang', en: 'Set aside, needs a person' },
} satisfies Record<string, Bilingual>;

/** What a window is: only the first is an outage. */
export const causeNames = {
  down: { id: 'Mesin tidak berfungsi', en: 'Terminal not working' },
  'gateway-away': { id: 'Gerbang tidak memantau', en: 'Gerbang was not watching' },
  paused: { id: 'Mesin dijeda petugas', en: 'Paused by a person' },
} satisfies Record<Cause, Bilingual>;

export const outageWords = {
  title: { id: 'Masa mesin tidak berfungsi', en: 'Outage windows' },
  lead: {
    id: 'Jam-jam ketika tidak satu pun mesin di sebuah kantor dapat mencatat presensi, sebagai dasar pengecualian. Mesin yang hanya putus jaringan tetapi catatannya kemudian terbaca tidak dihitung. Jam-jam ketika Gerbang sendiri tidak memantau, atau mesin dijeda, ditulis terpisah: apakah mesin berfungsi saat itu tidak diketahui, jadi tidak cukup sebagai dasar.',
    en: 'Hours in which no terminal of an office could take a punch, as a ground for exempting people. A terminal that was only cut off and whose punches came later is not counted. Hours in which Gerbang itself was not watching, or the terminal was paused, stand apart: whether it worked then is not known, so they are no ground by themselves.',
  },
  from: { id: 'Dari tanggal', en: 'From' },
  to: { id: 'Sampai tanggal', en: 'To' },
  show: { id: 'Tampilkan', en: 'Show' },
  office: { id: 'Perangkat daerah', en: 'Office' },
  day: { id: 'Tanggal', en: 'Day' },
  start: { id: 'Mulai', en: 'From' },
  end: { id: 'Selesai', en: 'To' },
  length: { id: 'Lama', en: 'Length' },
  machines: { id: 'Mesin', en: 'Terminals' },
  why: { id: 'Sebab', en: 'Why' },
  certainty: { id: 'Kepastian', en: 'Certainty' },
  known: { id: 'Pasti', en: 'Certain' },
  open: { id: 'Sementara: catatan mesin belum terbaca', en: 'Provisional: its log is not read yet' },
  unknown: { id: 'Tidak diketahui', en: 'Not known' },
  cause: { id: 'Jenis', en: 'Kind' },
  notWatched: {
    id: 'Tidak dipantau: tidak diketahui apakah mesin berfungsi',
    en: 'Not watched: not known whether terminals worked',
  },
  wholeOffice: { id: 'Seluruh kantor tanpa mesin', en: 'Offices without any terminal' },
  perMachine: { id: 'Per mesin', en: 'By terminal' },
  reports: { id: 'Laporan', en: 'Reports' },
  none: { id: 'Tidak ada pada rentang ini.', en: 'None in this range.' },
  csv: { id: 'Unduh CSV', en: 'Download CSV' },
  xlsx: { id: 'Unduh Excel', en: 'Download Excel' },
  rangeWrong: {
    id: 'Isi dua tanggal yang berurutan, paling banyak 62 hari.',
    en: 'Give two days in order, at most 62 apart.',
  },
  level: { id: 'Cakupan', en: 'Scope' },
  officeLevel: { id: 'kantor', en: 'office' },
  machineLevel: { id: 'mesin', en: 'terminal' },
  minutes: { id: 'Menit', en: 'Minutes' },
  zone: { id: 'Zona', en: 'Zone' },
  tooMany: {
    id: 'Terlalu banyak masa sekaligus: pilih kantor atau rentang yang lebih pendek.',
    en: 'Too many windows at once: choose an office or a shorter range.',
  },
  incomplete: {
    id: 'Pembacaan dibatasi pada 5.000 gangguan: hasil mungkin belum semuanya. Pilih rentang yang lebih pendek.',
    en: 'At most 5,000 outages are read: this may not be all. Choose a shorter range.',
  },
} satisfies Record<string, Bilingual>;
