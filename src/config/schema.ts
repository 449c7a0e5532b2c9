/**
 * The one schema of `gerbang.yaml`: types, defaults, bounds and help all come from here.
 *
 * Unknown keys are refused at every level: a misspelled `commkey` must not silently mean "no key".
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { maxSearchAddresses, parseAddressRange } from './address-range.ts';
import { alertsSchema } from './alerts-schema.ts';
import { brokerField } from './broker-schema.ts';
import { outboxSchema, tokensField, webhooksField } from './consumers-schema.ts';
import { field, flag, hostName, line, wholeNumber, zoneName } from './fields.ts';
import { parseNetwork, privateNetworks } from './networks.ts';
import { parseQuietHours } from './quiet-hours.ts';

/** The names the driver knows (`src/zk/quirks.ts`); a test holds both lists equal. */
export const quirkNames = ['acceptBadReplyChecksum', 'readDirectly', 'smallChunks', 'skipOperationLog'] as const;

const clock = z
  .strictObject({
    set: field(flag().default(true), {
      help: {
        id: 'Bolehkah Gerbang menyetel jam mesin',
        en: 'Whether Gerbang may set the clocks of the terminals',
      },
      allowed: { id: 'true atau false', en: 'true or false' },
    }),
    whenOffBySeconds: field(wholeNumber(2, 3600).default(10), {
      help: {
        id: 'Jam disetel hanya bila selisihnya lebih dari sekian detik',
        en: 'A clock is set only when it is off by more than this many seconds',
      },
      allowed: { id: 'bilangan bulat 2 sampai 3600', en: 'a whole number from 2 to 3600' },
    }),
    quietHours: field(
      z
        .string()
        .refine((text) => parseQuietHours(text) !== null)
        .default('00:00-05:00'),
      {
        help: {
          id: 'Jam disetel hanya pada waktu sepi ini, menurut zona waktu OPD',
          en: "Clocks are set only in these quiet hours, in the office's own time",
        },
        allowed: {
          id: 'HH:MM-HH:MM, boleh melewati tengah malam; beberapa rentang dipisah koma dan tidak tumpang tindih',
          en: 'HH:MM-HH:MM, may run past midnight; several windows are separated by commas and must not overlap',
        },
      },
    ),
  })
  .readonly();

/** One machine. */
export const terminalSchema = z
  .strictObject({
    name: field(line(60), {
      help: { id: 'Nama mesin, unik di dalam OPD', en: 'Name of the terminal, unique within its office' },
      allowed: { id: 'teks satu baris, 1 sampai 60 huruf', en: 'one line of text, 1 to 60 characters' },
      example: 'Lobi',
    }),
    host: field(hostName(), {
      help: { id: 'Alamat IP atau nama host mesin', en: 'IP address or host name of the terminal' },
      allowed: { id: 'alamat IP atau nama host', en: 'an IP address or a host name' },
      example: '10.10.1.21',
    }),
    port: field(wholeNumber(1, 65535).default(4370), {
      help: { id: 'Port TCP mesin', en: 'TCP port of the terminal' },
      allowed: { id: 'bilangan bulat 1 sampai 65535', en: 'a whole number from 1 to 65535' },
    }),
    commKey: field(wholeNumber(0, 999_999).optional(), {
      help: {
        id: 'Comm Key (kunci komunikasi) yang tertera di menu mesin; sebaiknya dari variabel lingkungan',
        en: 'Comm key set in the menu of the terminal; better taken from an environment variable',
      },
      allowed: { id: 'bilangan bulat 0 sampai 999999', en: 'a whole number from 0 to 999999' },
      example: `\${KOMINFO_KEY}`,
      secret: true,
    }),
    serial: field(
      z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,40}$/)
        .optional(),
      {
        help: {
          id: 'Nomor seri mesin; bila kosong, dipelajari dan dikunci pada kontak pertama',
          en: 'Serial number; when left out it is learnt and pinned at first contact',
        },
        allowed: {
          id: '1 sampai 40 huruf, angka, titik, garis bawah atau tanda hubung',
          en: '1 to 40 letters, digits, dots, underscores or hyphens',
        },
        example: 'ABC123',
      },
    ),
    driver: field(z.enum(['zk', 'node-zklib']).default('zk'), {
      help: {
        id: 'Bagian yang berbicara dengan mesin: milik Gerbang sendiri, atau pustaka node-zklib; lihat docs/terminals.md',
        en: 'What talks to the terminal: our own code, or the library node-zklib; see docs/terminals.md',
      },
      allowed: { id: 'zk atau node-zklib', en: 'zk or node-zklib' },
    }),
    transport: field(z.enum(['tcp', 'udp', 'auto']).default('tcp'), {
      help: {
        id: 'Cara tersambung; auto mencoba TCP lalu UDP dan mengingat yang berhasil',
        en: 'How the terminal is reached; auto tries TCP, then UDP, and remembers what worked',
      },
      allowed: { id: 'tcp, udp, auto', en: 'tcp, udp, auto' },
    }),
    quirks: field(z.array(z.enum(quirkNames)).max(quirkNames.length).readonly().prefault([]), {
      help: {
        id: 'Keganjilan mesin ini yang perlu diikuti; `gerbang probe` menyarankannya',
        en: 'Peculiarities of this terminal to go along with; `gerbang probe` suggests them',
      },
      allowed: { id: `daftar dari: ${quirkNames.join(', ')}`, en: `a list of: ${quirkNames.join(', ')}` },
      example: '[]',
    }),
  })
  .readonly();

/** Networks whose addresses may be asked one by one. */
function searchRange() {
  return z
    .array(z.string())
    .max(32)
    .refine((ranges) => {
      const parsed = ranges.map(parseAddressRange);
      const addresses = parsed.reduce((sum, range) => sum + (range?.length ?? 0), 0);
      return parsed.every((range) => range !== null) && addresses <= maxSearchAddresses;
    })
    .readonly();
}

/** IP addresses, or networks in CIDR form. */
function proxyList() {
  return z
    .array(
      z
        .string()
        .refine((text) => /^(?:\/\d{1,3})?$/.test(text.replace(/^[^/]+/, '')) && isIP(text.split('/')[0] ?? '') !== 0),
    )
    .max(20)
    .readonly();
}

/** IP networks in CIDR form. */
function networkList() {
  return z
    .array(z.string().refine((text) => parseNetwork(text) !== null))
    .min(1)
    .max(50)
    .readonly();
}

/** Windows of a day. */
function rushHours() {
  return z
    .array(z.string())
    .max(12)
    .refine((windows) => windows.length === 0 || parseQuietHours(windows.join(',')) !== null)
    .readonly();
}

/** One office with its machines. */
export const officeSchema = z
  .strictObject({
    code: field(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/), {
      help: {
        id: 'Kode OPD: singkat, unik, jangan diganti-ganti',
        en: 'Code of the office: short, unique, kept for good',
      },
      allowed: {
        id: '1 sampai 40 huruf, angka, titik, garis bawah atau tanda hubung; diawali huruf atau angka',
        en: '1 to 40 letters, digits, dots, underscores or hyphens; begins with a letter or digit',
      },
      example: 'kominfo',
    }),
    name: field(line(120), {
      help: { id: 'Nama lengkap OPD', en: 'Full name of the office' },
      allowed: { id: 'teks satu baris, 1 sampai 120 huruf', en: 'one line of text, 1 to 120 characters' },
      example: 'Dinas Komunikasi dan Informatika',
    }),
    timeZone: field(zoneName(), {
      help: { id: 'Zona waktu OPD', en: 'Time zone of the office' },
      allowed: {
        id: 'nama zona IANA: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT), …',
        en: 'an IANA zone name: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT), …',
      },
      example: 'Asia/Jakarta',
    }),
    pollEverySeconds: field(wholeNumber(1, 86_400).default(60), {
      help: {
        id: 'Jarak antara dua pembacaan satu mesin, dalam detik',
        en: 'Seconds between two polls of one terminal',
      },
      allowed: { id: 'bilangan bulat 1 sampai 86400', en: 'a whole number from 1 to 86400' },
    }),
    live: field(flag().default(false), {
      help: {
        id: 'Dengarkan mesin: sambungan tetap terbuka dan presensi dibaca begitu mesin memberi tanda; mesin yang hanya melayani satu program tidak dapat dipakai program lain',
        en: 'Listen to the terminals: the connection stays open and a punch is read as soon as the terminal rings; a terminal that serves one program at a time is then closed to others',
      },
      allowed: { id: 'true atau false', en: 'true or false' },
    }),
    rush: field(rushHours().prefault(['06:45-08:15', '15:45-16:45']), {
      help: {
        id: 'Waktu ramai menurut zona waktu OPD: pembacaan utuh dan pengukuran jam yang lama menunggu',
        en: "When people queue at the terminals, in the office's own time: whole reads and long clock bursts wait",
      },
      allowed: {
        id: 'daftar HH:MM-HH:MM yang tidak tumpang tindih, paling banyak 12; [] bila tidak ada',
        en: 'a list of at most 12 windows HH:MM-HH:MM that do not overlap; [] for none',
      },
      example: '["06:45-08:15", "15:45-16:45"]',
    }),
    searchRange: field(searchRange().prefault([]), {
      help: {
        id: 'Mesin yang pindah alamat dicari menurut nomor serinya di rentang ini',
        en: 'Where a terminal that moved to another address is looked for by its serial number',
      },
      allowed: {
        id: 'daftar jaringan IPv4, paling lebar /22, bersama-sama paling banyak 1024 alamat; [] bila tidak dicari',
        en: 'a list of IPv4 networks, none wider than /22, together at most 1024 addresses; [] for no search',
      },
      example: '["10.10.1.0/24"]',
    }),
    relevantUntil: field(
      z
        .string()
        .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/)
        .default('24:00'),
      {
        help: {
          id: 'Hari disebut lengkap bila semua mesin terbaca sampai jam ini, menurut zona waktu OPD',
          en: "A day is called complete once every terminal is read up to this time, in the office's own time",
        },
        allowed: { id: 'HH:MM, paling lambat 24:00', en: 'HH:MM, 24:00 at the latest' },
      },
    ),
    reportSilentAfterHours: field(wholeNumber(0, 720).default(24), {
      help: {
        id: 'Gerbang membuka laporan sendiri bila mesin tidak menjawab selama sekian jam pada hari kerja (Senin–Jumat); 0 mematikannya',
        en: 'Gerbang reports a terminal by itself after this many hours of silence on working days (Monday to Friday); 0 turns it off',
      },
      allowed: { id: 'bilangan bulat 0 sampai 720', en: 'a whole number from 0 to 720' },
    }),
    clock: field(clock.prefault({}), {
      help: { id: 'Penyetelan jam mesin', en: 'Setting the clocks of the terminals' },
      allowed: { id: 'set, whenOffBySeconds, quietHours', en: 'set, whenOffBySeconds, quietHours' },
    }),
    terminals: field(z.array(terminalSchema).max(1000).readonly().prefault([]), {
      help: { id: 'Mesin-mesin presensi di OPD ini', en: 'The attendance terminals of this office' },
      allowed: { id: 'daftar, paling banyak 1000 mesin', en: 'a list of at most 1000 terminals' },
    }),
  })
  .readonly();

const web = z
  .strictObject({
    host: field(hostName().default('127.0.0.1'), {
      help: {
        id: 'Alamat tempat halaman web dilayani; 0.0.0.0 membukanya untuk seluruh jaringan',
        en: 'Address the web page listens on; 0.0.0.0 opens it to the whole network',
      },
      allowed: { id: 'alamat IP atau nama host', en: 'an IP address or a host name' },
    }),
    port: field(wholeNumber(0, 65535).default(8080), {
      help: {
        id: 'Port halaman web; 0 memilih port kosong; PORT di lingkungan lebih diutamakan',
        en: 'Port of the web page; 0 takes a free one; PORT in the environment wins',
      },
      allowed: { id: 'bilangan bulat 0 sampai 65535', en: 'a whole number from 0 to 65535' },
    }),
    proxies: field(proxyList().prefault([]), {
      help: {
        id: 'Alamat perantara (reverse proxy) yang melayani TLS di depan Gerbang; hanya kepadanya X-Forwarded-For dan X-Forwarded-Proto dipercaya',
        en: 'Addresses of the reverse proxies that serve TLS in front of Gerbang; only their X-Forwarded-For and X-Forwarded-Proto are believed',
      },
      allowed: {
        id: 'daftar alamat atau jaringan IP, paling banyak 20',
        en: 'a list of at most 20 IP addresses or networks',
      },
      example: '["127.0.0.1"]',
    }),
    setupNetworks: field(networkList().prefault([...privateNetworks]), {
      help: {
        id: 'Jaringan tempat mesin boleh ditambahkan lewat Pengaturan; satu OPD dapat dibatasi lebih sempit di sana',
        en: 'Networks in which terminals may be added on the settings pages; there an office can be limited further',
      },
      allowed: {
        id: 'daftar jaringan IP dalam bentuk CIDR, 1 sampai 50; bawaan: jaringan privat',
        en: 'a list of 1 to 50 IP networks in CIDR form; by default the private ones',
      },
      example: JSON.stringify(privateNetworks),
    }),
    tokens: tokensField,
  })
  .readonly();

const queue = z
  .strictObject({
    recordsPerBatch: field(wholeNumber(10, 10_000).default(2000), {
      help: { id: 'Banyaknya catatan dalam satu kiriman', en: 'Records that travel in one batch' },
      allowed: { id: 'bilangan bulat 10 sampai 10000', en: 'a whole number from 10 to 10000' },
    }),
    batchesPerTerminal: field(wholeNumber(1, 64).default(8), {
      help: {
        id: 'Kiriman satu mesin yang boleh menunggu; sesudah itu mesinnya menunggu giliran',
        en: 'Batches of one terminal that may wait; past it the terminal waits its turn',
      },
      allowed: { id: 'bilangan bulat 1 sampai 64', en: 'a whole number from 1 to 64' },
    }),
    maxWaiting: field(wholeNumber(10, 1_000_000).default(5000), {
      help: {
        id: 'Kiriman seluruh mesin yang boleh menunggu; sesudah itu pembacaan ditahan',
        en: 'Batches of all terminals that may wait; past it polling pauses',
      },
      allowed: { id: 'bilangan bulat 10 sampai 1000000', en: 'a whole number from 10 to 1000000' },
    }),
  })
  .readonly();

const ingest = z
  .strictObject({
    concurrency: field(wholeNumber(1, 32).default(4), {
      help: { id: 'Kiriman yang disimpan bersamaan', en: 'Batches stored at the same time' },
      allowed: { id: 'bilangan bulat 1 sampai 32', en: 'a whole number from 1 to 32' },
    }),
  })
  .readonly();

/** The whole file. */
export const configSchema = z
  .strictObject({
    offices: field(z.array(officeSchema).max(5000).readonly().prefault([]), {
      help: {
        id: 'Perangkat daerah (OPD) dan mesin-mesinnya; yang ditambahkan lewat Pengaturan ikut berlaku di sampingnya',
        en: 'The offices and their terminals; those added on the settings pages count beside them',
      },
      allowed: { id: 'daftar, paling banyak 5000 OPD', en: 'a list of at most 5000 offices' },
    }),
    web: field(web.prefault({}), {
      help: { id: 'Halaman web', en: 'The web page' },
      allowed: { id: 'host, port, proxies, setupNetworks, tokens', en: 'host, port, proxies, setupNetworks, tokens' },
    }),
    queue: field(queue.prefault({}), {
      help: {
        id: 'Batas antrean antara pembaca dan basis data',
        en: 'Bounds of the queue between pollers and database',
      },
      allowed: {
        id: 'recordsPerBatch, batchesPerTerminal, maxWaiting',
        en: 'recordsPerBatch, batchesPerTerminal, maxWaiting',
      },
    }),
    ingest: field(ingest.prefault({}), {
      help: { id: 'Penyimpanan ke basis data', en: 'Storing into the database' },
      allowed: { id: 'concurrency', en: 'concurrency' },
    }),
    outbox: field(outboxSchema.prefault({}), {
      help: {
        id: 'Berapa lama perubahan disimpan untuk yang mengikutinya',
        en: 'How long changes are kept for those who follow them',
      },
      allowed: { id: 'keepDays, lagDays', en: 'keepDays, lagDays' },
    }),
    alerts: field(alertsSchema.prefault({}), {
      help: { id: 'Kapan dan bagaimana orang diberi tahu', en: 'When people are told, and how' },
      allowed: { id: 'lihat docs/operations.md, "Alerts"', en: 'see docs/operations.md, "Alerts"' },
    }),
    mqtt: brokerField,
    webhooks: webhooksField,
  })
  .readonly();

/** A checked configuration, defaults filled in, deeply frozen. */
export type Config = z.output<typeof configSchema>;
/** One office with its terminals. */
export type OfficeConfig = Config['offices'][number];
/** One terminal as configured. `commKey` must never reach a log or an error. */
export type TerminalConfig = OfficeConfig['terminals'][number];
/** When and how far off a clock must be to be set. */
export type ClockConfig = OfficeConfig['clock'];
