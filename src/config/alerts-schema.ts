/** The part of the configuration that says when people are told, and how. */
import { z } from 'zod';
import { httpAddress, signingSecret } from './consumers-schema.ts';
import { field, line, wholeNumber, zoneName } from './fields.ts';
import { parseQuietHours } from './quiet-hours.ts';

const severity = () =>
  field(z.enum(['warning', 'critical']).default('warning'), {
    help: { id: 'Mulai dari seberapa genting', en: 'From which severity on' },
    allowed: { id: 'warning atau critical', en: 'warning or critical' },
  });

const offices = () =>
  field(z.array(z.string().min(1).max(40)).max(1_000).readonly().prefault([]), {
    help: { id: 'Hanya OPD ini; [] untuk semua', en: 'Only these offices; [] for all' },
    allowed: { id: 'daftar kode OPD', en: 'a list of office codes' },
    example: '[]',
  });

const channelName = () =>
  field(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), {
    help: {
      id: 'Nama saluran; yang sudah diberitahukan diingat dengan nama ini',
      en: 'Name of the channel; what it was told is remembered under it',
    },
    allowed: {
      id: '1 sampai 40 huruf kecil, angka atau tanda hubung; diawali huruf atau angka',
      en: '1 to 40 lower-case letters, digits or hyphens; begins with a letter or digit',
    },
    example: 'kominfo',
  });

const mailAddress = () =>
  z
    .string()
    .max(254)
    .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/);

function smtpAddress() {
  return z.string().refine((text) => {
    try {
      const url = new URL(text);
      return ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '';
    } catch {
      return false;
    }
  });
}

const mail = z
  .strictObject({
    name: channelName(),
    server: field(smtpAddress(), {
      help: {
        id: 'Server surel, dengan nama dan sandi bila perlu',
        en: 'Mail server, with user name and password where needed',
      },
      allowed: { id: 'smtp://… atau smtps://…', en: 'smtp://… or smtps://…' },
      example: `\${SMTP_URL}`,
      secret: true,
    }),
    from: field(mailAddress(), {
      help: { id: 'Alamat pengirim', en: 'Sender' },
      allowed: { id: 'alamat surel', en: 'an e-mail address' },
      example: 'gerbang@example.go.id',
    }),
    to: field(z.array(mailAddress()).min(1).max(50).readonly(), {
      help: { id: 'Alamat penerima', en: 'Receivers' },
      allowed: { id: 'daftar alamat surel, 1 sampai 50', en: 'a list of 1 to 50 e-mail addresses' },
      example: '["kominfo@example.go.id"]',
    }),
    minSeverity: severity(),
    offices: offices(),
  })
  .readonly();

const hook = z
  .strictObject({
    name: channelName(),
    url: field(httpAddress(), {
      help: { id: 'Alamat yang menerima peringatan (POST)', en: 'Address that takes alerts (POST)' },
      allowed: {
        id: 'http://… atau https://… tanpa nama pengguna dan sandi',
        en: 'http://… or https://… without user name and password',
      },
      example: 'https://noc.example.go.id/gerbang',
      secret: true,
    }),
    secret: field(signingSecret(), {
      help: { id: 'Kunci tanda tangan, seperti pada webhooks', en: 'Signing secret, as with webhooks' },
      allowed: { id: 'whsec_ dan 24 sampai 64 byte dalam base64', en: 'whsec_ and 24 to 64 bytes in base64' },
      example: `\${NOC_WEBHOOK_SECRET}`,
      secret: true,
    }),
    minSeverity: severity(),
    offices: offices(),
  })
  .readonly();

/** `alerts:` */
export const alertsSchema = z
  .strictObject({
    silentMinutes: field(wholeNumber(1, 10_080).default(30), {
      help: {
        id: 'Mesin yang tidak terbaca selama ini diberitahukan',
        en: 'A terminal that could not be read for so long is told of',
      },
      allowed: { id: 'bilangan bulat 1 sampai 10080', en: 'a whole number from 1 to 10080' },
    }),
    clockOffSeconds: field(wholeNumber(1, 86_400).default(60), {
      help: {
        id: 'Jam yang meleset lebih dari ini selama enam jam diberitahukan',
        en: 'A clock that is off by more than this for six hours is told of',
      },
      allowed: { id: 'bilangan bulat 1 sampai 86400', en: 'a whole number from 1 to 86400' },
    }),
    logFullPercent: field(wholeNumber(10, 100).default(90), {
      help: {
        id: 'Memori mesin yang terisi sekian persen diberitahukan',
        en: 'A log this full, in percent, is told of',
      },
      allowed: { id: 'bilangan bulat 10 sampai 100', en: 'a whole number from 10 to 100' },
    }),
    diskFreePercent: field(wholeNumber(1, 90).default(10), {
      help: {
        id: 'Disk dengan sisa kurang dari ini, dalam persen, diberitahukan',
        en: 'A disk with less than this left, in percent, is told of',
      },
      allowed: { id: 'bilangan bulat 1 sampai 90', en: 'a whole number from 1 to 90' },
    }),
    gatherSeconds: field(wholeNumber(0, 3_600).default(120), {
      help: {
        id: 'Selama ini kejadian dikumpulkan menjadi satu pesan',
        en: 'What happens within this time becomes one message',
      },
      allowed: { id: 'bilangan bulat 0 sampai 3600', en: 'a whole number from 0 to 3600' },
    }),
    quietHours: field(
      z
        .string()
        .refine((text) => text === '' || parseQuietHours(text) !== null)
        .default(''),
      {
        help: {
          id: 'Pada jam ini hanya yang genting dikirim; sisanya menunggu',
          en: 'In these hours only what is critical is sent; the rest waits',
        },
        allowed: {
          id: 'HH:MM-HH:MM, boleh melewati tengah malam; kosong bila tidak ada',
          en: 'HH:MM-HH:MM, may run past midnight; empty for none',
        },
        example: '"21:00-05:30"',
      },
    ),
    timeZone: field(zoneName().default('Asia/Jakarta'), {
      help: {
        id: 'Zona waktu jam tenang dan waktu dalam pesan',
        en: 'Time zone of the quiet hours and of times in messages',
      },
      allowed: { id: 'nama zona IANA', en: 'an IANA zone name' },
    }),
    language: field(z.enum(['id', 'en']).default('id'), {
      help: { id: 'Bahasa pesan', en: 'Language of the messages' },
      allowed: { id: 'id atau en', en: 'id or en' },
    }),
    pageAddress: field(line(500).optional(), {
      help: {
        id: 'Alamat ruang pantau untuk tautan di dalam pesan',
        en: 'Address of the pages, for links in messages',
      },
      allowed: { id: 'http://… atau https://…', en: 'http://… or https://…' },
      example: 'https://gerbang.example.go.id',
    }),
    heartbeatUrl: field(httpAddress().optional(), {
      help: {
        id: 'Alamat pengawas luar yang dipanggil setiap menit; bila panggilan berhenti, gateway mati',
        en: 'Address of an outside watcher that is called every minute; when the calls stop, the gateway is dead',
      },
      allowed: { id: 'http://… atau https://…', en: 'http://… or https://…' },
      example: 'https://watch.example.go.id/ping/gerbang',
      secret: true,
    }),
    mail: field(z.array(mail).max(10).readonly().prefault([]), {
      help: { id: 'Surel yang dikirimi peringatan', en: 'E-mail that is sent alerts' },
      allowed: { id: 'daftar, paling banyak 10', en: 'a list of at most 10' },
      exampleOff: true,
    }),
    webhooks: field(z.array(hook).max(10).readonly().prefault([]), {
      help: { id: 'Sistem yang dikirimi peringatan', en: 'Systems that are sent alerts' },
      allowed: { id: 'daftar, paling banyak 10', en: 'a list of at most 10' },
      exampleOff: true,
    }),
  })
  .readonly();

export type AlertsConfig = z.output<typeof alertsSchema>;
