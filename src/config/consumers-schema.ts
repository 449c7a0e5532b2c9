/** The part of the configuration that names who is told: webhooks, readers of the change feed, and for how long. */
import { z } from 'zod';
import { field, flag, wholeNumber } from './fields.ts';

const nameHelp = {
  id: '1 sampai 40 huruf kecil, angka atau tanda hubung; diawali huruf atau angka',
  en: '1 to 40 lower-case letters, digits or hyphens; begins with a letter or digit',
} as const;

function consumerName() {
  return z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
}

/** An address that may be asked over HTTP, without a password in it. */
export function httpAddress() {
  return z
    .string()
    .max(2_000)
    .refine((text) => {
      const url = parseUrl(text);
      if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
      // A password in an address ends up in logs of proxies; the signature is what proves who we are.
      return url.hostname !== '' && url.username === '' && url.password === '' && url.hash === '';
    });
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** `whsec_` and 24 to 64 bytes in base64, as libraries for Standard Webhooks take it. */
export function signingSecret() {
  return z.string().refine((text) => {
    const [, base64] = /^whsec_([A-Za-z0-9+/]{2,}={0,2})$/.exec(text) ?? [];
    const bytes = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
    return bytes >= 24 && bytes <= 64;
  });
}

const webhook = z
  .strictObject({
    name: field(consumerName(), {
      help: {
        id: 'Nama penerima; posisinya diingat dengan nama ini',
        en: 'Name of the receiver; how far it has come is remembered under this name',
      },
      allowed: nameHelp,
      example: 'payroll',
    }),
    url: field(httpAddress(), {
      help: { id: 'Alamat yang menerima kiriman (POST)', en: 'Address that takes the messages (POST)' },
      allowed: {
        id: 'http://… atau https://… tanpa nama pengguna dan sandi',
        en: 'http://… or https://… without user name and password',
      },
      example: 'https://payroll.example.go.id/gerbang',
      secret: true,
    }),
    secret: field(signingSecret(), {
      help: {
        id: 'Kunci tanda tangan, dari variabel lingkungan; buat dengan: echo whsec_$(openssl rand -base64 32)',
        en: 'Signing secret, taken from an environment variable; make one with: echo whsec_$(openssl rand -base64 32)',
      },
      allowed: { id: 'whsec_ dan 24 sampai 64 byte dalam base64', en: 'whsec_ and 24 to 64 bytes in base64' },
      example: `\${PAYROLL_WEBHOOK_SECRET}`,
      secret: true,
    }),
    offices: field(z.array(z.string().min(1).max(40)).max(1_000).readonly().prefault([]), {
      help: { id: 'Hanya OPD ini; [] untuk semua', en: 'Only these offices; [] for all' },
      allowed: { id: 'daftar kode OPD', en: 'a list of office codes' },
      example: '[]',
    }),
    maxBatch: field(wholeNumber(1, 1_000).default(100), {
      help: { id: 'Baris dalam satu kiriman', en: 'Rows in one message' },
      allowed: { id: 'bilangan bulat 1 sampai 1000', en: 'a whole number from 1 to 1000' },
    }),
    startAt: field(z.enum(['now', 'oldest']).default('now'), {
      help: {
        id: 'Mulai dari mana nama baru: hanya yang akan datang, atau semua yang masih disimpan',
        en: 'Where a new name begins: with what comes from now on, or with all that is still kept',
      },
      allowed: { id: 'now atau oldest', en: 'now or oldest' },
    }),
    enabled: field(flag().default(true), {
      help: {
        id: 'Kirim atau tahan; selama ditahan, posisinya tetap',
        en: 'Deliver or hold back; while held back it keeps its place',
      },
      allowed: { id: 'true atau false', en: 'true or false' },
    }),
  })
  .readonly();

const token = z
  .strictObject({
    name: field(consumerName(), {
      help: { id: 'Nama pembaca, untuk log', en: 'Name of the reader, for the log' },
      allowed: nameHelp,
      example: 'e-kinerja',
    }),
    sha256: field(z.string().regex(/^[0-9a-f]{64}$/), {
      help: {
        id: 'SHA-256 dari token; token dibuat dengan: openssl rand -hex 32',
        en: 'SHA-256 of the token; make one with: openssl rand -hex 32',
      },
      allowed: {
        id: '64 angka heksadesimal huruf kecil: printf %s "$TOKEN" | sha256sum',
        en: '64 hexadecimal digits in lower case: printf %s "$TOKEN" | sha256sum',
      },
      example: `\${E_KINERJA_TOKEN_SHA256}`,
    }),
    scope: field(z.enum(['feed']).default('feed'), {
      help: {
        id: 'Apa yang boleh dibaca: feed = presensi dan kelengkapan',
        en: 'What may be read: feed = attendance and completeness',
      },
      allowed: { id: 'feed', en: 'feed' },
    }),
  })
  .readonly();

/** `webhooks:` */
export const webhooksField = field(z.array(webhook).max(50).readonly().prefault([]), {
  help: {
    id: 'Penerima yang dikirimi setiap baris presensi; lihat docs/integration.md',
    en: 'Receivers that are sent every attendance row; see docs/integration.md',
  },
  allowed: { id: 'daftar, paling banyak 50', en: 'a list of at most 50' },
  exampleOff: true,
});

/** `web.tokens:` */
export const tokensField = field(z.array(token).max(50).readonly().prefault([]), {
  help: {
    id: 'Sistem yang boleh membaca /api/v1 untuk semua OPD; token lain dibuat di halaman Pengaturan',
    en: 'Systems that may read /api/v1 for all offices; other tokens are made on the page Pengaturan',
  },
  allowed: { id: 'daftar, paling banyak 50', en: 'a list of at most 50' },
  exampleOff: true,
});

/** `outbox:` */
export const outboxSchema = z
  .strictObject({
    keepDays: field(wholeNumber(1, 400).default(14), {
      help: {
        id: 'Berapa hari perubahan disimpan untuk pembaca /api/v1/changes',
        en: 'Days for which changes are kept for readers of /api/v1/changes',
      },
      allowed: { id: 'bilangan bulat 1 sampai 400', en: 'a whole number from 1 to 400' },
    }),
    lagDays: field(wholeNumber(1, 400).default(60), {
      help: {
        id: 'Berapa hari perubahan menunggu penerima webhook yang tertinggal; sesudah itu ia diberi tahu bahwa ia terlambat',
        en: 'Days for which changes wait for a webhook that lags; after them it is told that it is too late',
      },
      allowed: { id: 'bilangan bulat 1 sampai 400', en: 'a whole number from 1 to 400' },
    }),
  })
  .readonly();

/** One receiver as configured. `url` and `secret` must never reach a log or an error. */
export type WebhookConfig = z.output<typeof webhook>;
/** One reader of the change feed as configured. */
export type TokenConfig = z.output<typeof token>;
