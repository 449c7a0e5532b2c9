/** Why an office or a machine is not taken into the setup, for the person who typed it. */
import type { Bilingual } from './language.ts';

export const setupTroubles = {
  'office-twice': { id: 'Kode OPD ini sudah dipakai.', en: 'This office code is in use already.' },
  'office-in-file': {
    id: 'OPD ini ada di gerbang.yaml; ubahlah di sana.',
    en: 'This office stands in gerbang.yaml; change it there.',
  },
  'office-missing': {
    id: 'OPD dengan kode ini tidak ada. Tambahkan OPD-nya dulu.',
    en: 'There is no office with this code. Add the office first.',
  },
  'office-has-terminals': {
    id: 'OPD ini masih mempunyai mesin yang ditambahkan di sini. Hapus mesinnya dulu.',
    en: 'This office still has terminals that were added here. Remove them first.',
  },
  'terminal-twice': {
    id: 'Nama mesin ini sudah dipakai di OPD yang sama.',
    en: 'This terminal name is in use already in the same office.',
  },
  'terminal-missing': { id: 'Mesin ini tidak ada.', en: 'There is no such terminal.' },
  'terminal-in-file': {
    id: 'Mesin ini ada di gerbang.yaml; ubahlah di sana.',
    en: 'This terminal stands in gerbang.yaml; change it there.',
  },
  'address-twice': { id: 'Alamat ini sudah dipakai mesin lain.', en: 'Another terminal has this address already.' },
  'serial-twice': { id: 'Nomor seri ini sudah dipakai mesin lain.', en: 'Another terminal has this serial already.' },
  'serial-simulated': {
    id: 'Ini nomor seri mesin gladi (tiruan). Data latihan tidak boleh bercampur dengan data sungguhan.',
    en: 'This is the serial of a rehearsal (simulated) terminal. Practice data must not mix with real data.',
  },
  'too-many': { id: 'Terlalu banyak.', en: 'Too many.' },
  'no-secret': {
    id: 'Comm Key tidak dapat disimpan: gateway ini dijalankan tanpa rahasia. Atur GERBANG_SECRET.',
    en: 'Comm keys cannot be saved: this gateway runs without a secret. Set GERBANG_SECRET.',
  },
  'network-unknown': {
    id: 'Bukan jaringan dalam bentuk CIDR, misalnya 10.10.1.0/24.',
    en: 'Not a network in CIDR form, such as 10.10.1.0/24.',
  },
  'network-outside': {
    id: 'Jaringan ini di luar jaringan yang diizinkan (web.setupNetworks di gerbang.yaml).',
    en: 'This network lies outside the permitted ones (web.setupNetworks in gerbang.yaml).',
  },
  loopback: {
    id: 'Alamat ini menunjuk komputer gateway sendiri; mesin presensi tidak mungkin di sana.',
    en: 'This address is the gateway itself; no terminal can stand there.',
  },
  'this-host': {
    id: 'Alamat ini milik komputer gateway sendiri; mesin presensi tidak mungkin di sana.',
    en: 'This address belongs to the gateway itself; no terminal can stand there.',
  },
  special: {
    id: 'Alamat khusus (link-local, multicast, atau cadangan) tidak dapat dipakai mesin.',
    en: 'Special addresses (link-local, multicast, reserved) cannot belong to a terminal.',
  },
  'own-service': {
    id: 'Di alamat dan port ini ada layanan Gerbang sendiri (basis data, antrean, broker, atau halaman).',
    en: 'At this address and port a service of Gerbang itself listens (database, queue, broker or page).',
  },
  outside: {
    id: 'Alamat ini di luar jaringan yang diizinkan untuk OPD ini. Lihat "Jaringan mesin" pada OPD, atau web.setupNetworks di gerbang.yaml.',
    en: 'This address lies outside the networks permitted for this office. See "Networks" of the office, or web.setupNetworks in gerbang.yaml.',
  },
  unresolved: {
    id: 'Nama host ini tidak dikenal oleh DNS. Periksa ejaannya, atau pakai alamat IP.',
    en: 'DNS does not know this host name. Check its spelling, or use the IP address.',
  },
  'key-unreadable': {
    id: 'Comm Key tersimpan tidak dapat dibuka di gateway ini: rahasianya berbeda (GERBANG_SECRET atau secret.key). Isi lagi Comm Key, atau samakan rahasianya.',
    en: 'The saved comm key cannot be opened on this gateway: its secret differs (GERBANG_SECRET or secret.key). Enter the comm key again, or use the same secret.',
  },
} satisfies Record<string, Bilingual>;

/** One of them. */
export type SetupTrouble = keyof typeof setupTroubles;
