/** Every error code in Indonesian. See errors.ts beside it. */
import type { ErrorTexts } from './errors.ts';

export const indonesian: ErrorTexts = {
  CONFIG_UNREADABLE: [
    'Berkas konfigurasi tidak dapat dibaca.',
    'Periksa nama berkasnya dan hak baca pengguna yang menjalankan Gerbang.',
  ],
  CONFIG_INVALID: [
    'Ada isian yang salah pada konfigurasi.',
    'Perbaiki setiap baris atau variabel yang disebut; `gerbang check-config` memeriksa berkasnya.',
  ],
  USAGE_INVALID: ['Perintah tidak dapat dimengerti.', 'Tambahkan --help untuk melihat cara pakainya.'],
  NET_REFUSED: [
    'Mesin menolak sambungan.',
    'Periksa port-nya. Bila sudah benar, mungkin program lain sedang memakai satu-satunya sambungan mesin; tutup program itu.',
  ],
  NET_UNREACHABLE: [
    'Mesin tidak dapat dicapai lewat jaringan.',
    'Periksa alamat IP, kabel, sakelar jaringan, dan jalur ke kantor ini.',
  ],
  NET_CONNECT_TIMEOUT: [
    'Mesin tidak menjawab permintaan sambungan.',
    'Pastikan mesin menyala, kabelnya terpasang, dan alamat IP-nya benar.',
  ],
  NET_CLOSED: [
    'Sambungan terputus di tengah pembicaraan.',
    'Coba lagi. Bila berulang, periksa jaringan dan apakah program lain memakai mesin ini.',
  ],
  ADDRESS_NOT_ALLOWED: [
    'Gerbang tidak menyambung ke alamat ini.',
    'Alamatnya di luar jaringan OPD, atau bukan tempat mesin. Perbaiki alamat atau jaringannya di Pengaturan.',
  ],
  ZK_NO_REPLY: [
    'Mesin tersambung tetapi tidak menjawab.',
    'Mungkin ada orang di menu mesin, atau program lain memakainya. Coba lagi; bila berulang, nyalakan ulang mesin.',
  ],
  ZK_BAD_MAGIC: [
    'Yang menjawab di alamat ini bukan mesin presensi.',
    'Periksa alamat dan port; biasanya port mesin 4370.',
  ],
  ZK_FRAME_TOO_LONG: [
    'Mesin mengumumkan kiriman yang terlalu panjang untuk dipercaya.',
    'Periksa alamat dan port. Bila memang mesin presensi, nyalakan ulang mesinnya.',
  ],
  ZK_BAD_CHECKSUM: [
    'Data dari mesin rusak di perjalanan.',
    'Periksa kabel, sakelar jaringan, dan pengubah serial ke Ethernet.',
  ],
  ZK_BAD_REPLY: [
    'Jawaban mesin tidak masuk akal.',
    'Coba lagi. Bila berulang, catat merek dan versi firmware mesin lalu laporkan.',
  ],
  ZK_OTHER_PROTOCOL: [
    'Alamat ini milik alat jenis lain, misalnya pengendali pintu.',
    'Periksa alamat; Gerbang membaca mesin presensi, bukan pengendali pintu.',
  ],
  ZK_SECURE_FIRMWARE: [
    'Firmware mesin ini hanya menerima sambungan terenkripsi.',
    'Matikan mode aman di menu komunikasi mesin, atau ambil datanya lewat USB.',
  ],
  ZK_COMM_KEY_REQUIRED: [
    'Mesin meminta Comm Key, tetapi belum diisi.',
    'Isi commKey untuk mesin ini, atau GERBANG_COMM_KEY pada perintah probe dan read.',
  ],
  ZK_COMM_KEY_WRONG: [
    'Comm Key ditolak mesin.',
    'Cocokkan dengan menu komunikasi di mesin. Jangan menebak: mesin dapat mengunci diri.',
  ],
  ZK_COMM_KEY_LOCKED: [
    'Mesin mengunci diri karena Comm Key salah berulang kali.',
    'Perbaiki Comm Key, nyalakan ulang mesin, lalu coba lagi.',
  ],
  ZK_REFUSED: [
    'Mesin menolak perintah ini.',
    'Coba lagi. Bila berulang, periksa apakah mesin sedang dipakai atau di dalam menu.',
  ],
  ZK_UNSUPPORTED: [
    'Model mesin ini memakai cara yang belum dikenal Gerbang.',
    'Ambil datanya lewat USB dan laporkan model serta versi firmware mesin.',
  ],
  READ_INCOMPLETE: [
    'Catatan mesin hanya terbaca sebagian, jadi tidak ada yang dipakai.',
    'Coba lagi. Bila berulang, periksa jaringan ke mesin ini.',
  ],
  READ_CONTRADICTS_COUNTER: [
    'Jumlah catatan yang terbaca berbeda dari hitungan mesin sendiri, jadi tidak ada yang dipakai.',
    'Coba lagi. Bila berulang, pastikan pilihan DownloadNewLog di mesin bernilai 0.',
  ],
  READ_LAYOUT_UNPROVEN: [
    'Bentuk catatan mesin ini tidak dapat dipastikan, jadi tidak ada yang dipakai.',
    'Laporkan model dan versi firmware mesin; sementara itu ambil datanya lewat USB.',
  ],
  READ_LOG_SHRANK: [
    'Catatan di mesin menjadi lebih sedikit selagi dibaca, jadi tidak ada yang dipakai.',
    'Mungkin catatannya dihapus di mesin. Gerbang membaca ulang dengan sendirinya; tanyakan kepada pengelola mesin.',
  ],
  READ_TOO_LARGE: [
    'Mesin mengumumkan data lebih banyak daripada kapasitasnya.',
    'Nyalakan ulang mesin, lalu coba lagi.',
  ],
  READ_TOO_SLOW: [
    'Data dari mesin datang terlalu lambat.',
    'Periksa jalur jaringan ke kantor ini; coba lagi di luar jam sibuk.',
  ],
  TERMINAL_SERIAL_MISMATCH: [
    'Di alamat ini berdiri mesin lain daripada yang dikenal. Catatannya tidak disimpan.',
    'Bila mesin memang diganti, ubah serial pada konfigurasi. Bila tidak, periksa alamat IP-nya.',
  ],
  TERMINAL_SERIAL_INVALID: [
    'Mesin tidak menyebut nomor seri yang dapat dipakai.',
    'Periksa nomor seri di menu mesin; tanpa itu catatannya tidak dapat dibedakan dari mesin lain.',
  ],
  TERMINAL_SERIAL_DUPLICATE: [
    'Nomor seri yang sama sudah dipakai mesin di tempat lain.',
    'Periksa apakah satu mesin tercantum dua kali, atau dua mesin bernomor seri sama.',
  ],
  TERMINAL_SIMULATED: [
    'Yang menjawab di sini mesin gladi (tiruan); tidak ada yang disimpan darinya.',
    'Data latihan tidak boleh bercampur dengan data sungguhan. Perbaiki alamat mesin ini.',
  ],
  TERMINAL_MOVED: [
    'Mesin menjawab di alamat lain daripada yang tertulis di konfigurasi dan dibaca di sana.',
    'Perbaiki alamatnya di konfigurasi, atau kembalikan alamat lama pada mesin.',
  ],
  TERMINAL_LOG_UNSTABLE: [
    'Mesin berulang kali menulis ulang catatannya, maka catatan itu tidak disimpan ulang setiap kali.',
    'Matikan log melingkar (ISLR) atau kosongkan log setelah dicadangkan; disimpan lagi bila sejam hanya bertambah.',
  ],
  TERMINAL_LEASED_ELSEWHERE: [
    'Mesin ini sedang dibaca oleh proses Gerbang yang lain.',
    'Tidak perlu apa-apa bila itu disengaja. Bila tidak, hentikan salah satunya.',
  ],
  TERMINAL_CLOCK_BATTERY: [
    'Jam mesin ini kehilangan waktunya pada dua penyalaan atau lebih, jadi tidak disetel lagi oleh Gerbang. Presensi tetap dikoreksi.',
    'Ganti baterai jam (koin) di dalam mesin, lalu setel jamnya di menu mesin.',
  ],
  TERMINAL_CLOCK_CRYSTAL: [
    'Jam mesin ini bertambah atau berkurang lebih dari 4 detik sehari, jadi tidak disetel lagi oleh Gerbang. Presensi tetap dikoreksi.',
    'Mintalah mesin diperbaiki atau diganti; sementara itu setel jamnya di menu mesin bila perlu.',
  ],
  TERMINAL_CLOCK_UNSETTABLE: [
    'Mesin tidak mempertahankan waktu yang disetelkan, jadi tidak disetel lagi oleh Gerbang. Presensi tetap dikoreksi.',
    'Periksa apakah ada server waktu atau program lain yang menyetel mesin ini, lalu setel jamnya di menu mesin.',
  ],
  BATCH_MALFORMED: [
    'Satu kiriman di antrean rusak dan disisihkan.',
    'Tidak ada yang hilang: mesin dibaca lagi. Bila berulang, laporkan dengan log-nya.',
  ],
  BATCH_AHEAD: [
    'Satu kiriman datang sebelum pendahulunya.',
    'Tidak perlu apa-apa: kiriman ditahan atau mesin dibaca lagi.',
  ],
  BATCH_NEWER: [
    'Sebuah kiriman dibuat oleh Gerbang versi lebih baru dan menunggu versi itu.',
    'Tidak perlu apa-apa selama pembaruan. Bila menetap, samakan versi semua Gerbang.',
  ],
  BATCH_CONTRADICTS_STORED: [
    'Satu kiriman bertentangan dengan catatan yang sudah tersimpan dan disisihkan.',
    'Mesin dibaca ulang seluruhnya. Periksa apakah catatan di mesin pernah dihapus atau mesinnya diganti.',
  ],
  BATCH_FENCED: [
    'Satu kiriman berasal dari pembaca yang sudah digantikan, jadi ditolak.',
    'Tidak perlu apa-apa. Bila sering, pastikan hanya satu Gerbang membaca mesin ini.',
  ],
  QUEUE_UNAVAILABLE: [
    'Antrean tidak dapat dihubungi.',
    'Periksa Redis di REDIS_URL atau Postgres. Tidak ada yang hilang: catatan tetap di mesin.',
  ],
  QUEUE_FULL: [
    'Antrean penuh; pembacaan mesin ditahan.',
    'Periksa apakah basis data berjalan dan tidak kehabisan ruang. Catatan tetap aman di mesin.',
  ],
  STORE_UNAVAILABLE: [
    'Basis data tidak dapat dipakai.',
    'Pastikan Postgres berjalan dan DATABASE_URL benar. Gerbang yang sedang berjalan terus mencoba sendiri.',
  ],
  STORE_SCHEMA_OUTDATED: [
    'Susunan basis data tidak cocok dengan versi Gerbang ini.',
    'Jalankan `gerbang migrate`. Bila basis data lebih baru, pakai versi Gerbang yang lebih baru.',
  ],
  PERIOD_NOT_OVER: [
    'Bulan itu belum berakhir menurut waktu salah satu OPD.',
    'Tutup setelah berakhir; atau sebut dengan --office satu OPD yang bulannya sudah berakhir.',
  ],
  BACKUP_FILE: [
    'Berkas cadangan tidak dapat ditulis atau dibaca.',
    'Periksa nama dan foldernya, sisa ruang, dan bahwa berkas itu belum ada bila akan ditulis.',
  ],
  BACKUP_DAMAGED: [
    'Berkas ini bukan cadangan Gerbang, atau tidak utuh.',
    'Ambil salinan lain, atau cadangan yang lebih lama. Basis data tidak diubah.',
  ],
  RESTORE_REFUSED: [
    'Basis data belum boleh diganti dengan cadangan.',
    'Hentikan semua gateway padanya; bila isinya boleh dibuang, tambahkan --replace.',
  ],
  PUNCH_UNKNOWN: [
    'Tidak ada catatan dengan nomor ini.',
    'Salin nomornya dari `attendance.punch_id`, misalnya ABC123-1-42: nomor seri, masa catatan, letak. Huruf besar dan kecil berbeda.',
  ],
  POSTGRES_BINARIES_MISSING: [
    'Program Postgres bawaan tidak ditemukan.',
    'Jalankan `npm ci` lagi, atau isi DATABASE_URL dengan Postgres yang sudah ada.',
  ],
  POSTGRES_UNREACHABLE_FOLDER: [
    'Postgres bawaan tidak dapat masuk ke folder datanya.',
    'Pilih folder lain dengan GERBANG_DATA_DIR, misalnya /var/lib/gerbang, atau isi DATABASE_URL.',
  ],
  POSTGRES_START_FAILED: [
    'Postgres bawaan tidak dapat dijalankan.',
    'Lihat sebabnya di rincian dan di log Postgres pada folder data; periksa ruang disk dan apakah Gerbang lain berjalan.',
  ],
  PORT_TAKEN: [
    'Port sudah dipakai program lain.',
    'Hentikan program itu, atau pilih port lain dengan --port atau PORT.',
  ],
  PERSON_NIP_TAKEN: [
    'NIP ini sudah dipakai pegawai lain.',
    'Cari pegawai itu di daftar; betulkan NIP-nya, atau ubah data pegawai itu alih-alih menambah yang baru.',
  ],
  PIN_ALREADY_TAKEN: [
    'PIN ini milik pegawai lain di mesin itu pada masa itu.',
    'Akhiri dahulu PIN pegawai lain itu, atau pilih hari mulai berlakunya PIN bagi pegawai yang baru.',
  ],
  PIN_OUTLASTS_SERVICE: [
    'PIN ini akan berlaku melewati hari terakhir bertugas pegawai itu.',
    'Akhiri PIN paling lambat pada hari itu; bila pegawai itu bertugas lebih lama, betulkan dahulu hari terakhirnya.',
  ],
  MQTT_UNAVAILABLE: [
    'Broker MQTT tidak dapat dihubungi.',
    'Periksa MQTT_URL dan broker-nya. Presensi tetap tersimpan dan dikirim menyusul.',
  ],
  GATEWAY_NOT_RUNNING: [
    'Tidak ada Gerbang yang sedang berjalan.',
    'Jalankan `gerbang start --config gerbang.yaml`, atau isi GERBANG_DATA_DIR atau DATABASE_URL yang sama dengannya.',
  ],
  GATEWAY_NOT_ALONE: [
    'Gerbang di server lain memakai basis data ini, dan keduanya memerlukan satu antrean di Redis.',
    'Isi REDIS_URL yang sama di semua server, atau hentikan Gerbang yang lain.',
  ],
  COMMAND_EXPIRED: [
    'Perintah ini belum sempat dikerjakan sampai waktunya habis, jadi tidak dilakukan.',
    'Periksa apakah Gerbang sedang membaca OPD ini dan apakah mesinnya menjawab, lalu beri perintah lagi.',
  ],
  SHUTDOWN: ['Gerbang sedang berhenti.', 'Tidak perlu apa-apa; pekerjaan dilanjutkan saat Gerbang dijalankan lagi.'],
  INTERNAL: ['Ada kesalahan di dalam Gerbang sendiri.', 'Laporkan bersama rincian ini dan log-nya.'],
};
