/** The part of the configuration that opens the built-in MQTT broker to others. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { field, wholeNumber } from './fields.ts';

const client = z
  .strictObject({
    name: field(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), {
      help: { id: 'Nama pengguna untuk masuk ke broker', en: 'User name with which it connects' },
      allowed: {
        id: '1 sampai 40 huruf kecil, angka atau tanda hubung; diawali huruf atau angka',
        en: '1 to 40 lower-case letters, digits or hyphens; begins with a letter or digit',
      },
      example: 'e-kinerja',
    }),
    sha256: field(z.string().regex(/^[0-9a-f]{64}$/), {
      help: {
        id: 'SHA-256 dari sandinya; sandi dibuat dengan: openssl rand -hex 32',
        en: 'SHA-256 of its password; make one with: openssl rand -hex 32',
      },
      allowed: {
        id: '64 angka heksadesimal huruf kecil: printf %s "$SANDI" | sha256sum',
        en: '64 hexadecimal digits in lower case: printf %s "$PASSWORD" | sha256sum',
      },
      example: `\${E_KINERJA_MQTT_SHA256}`,
    }),
    offices: field(z.array(z.string().min(1).max(40)).max(1_000).readonly().prefault([]), {
      help: { id: 'Hanya OPD ini yang boleh dibaca; [] untuk semua', en: 'Only these offices may be read; [] for all' },
      allowed: { id: 'daftar kode OPD', en: 'a list of office codes' },
      example: '[]',
    }),
  })
  .readonly();

const broker = z
  .strictObject({
    host: field(
      z
        .string()
        .refine((text) => isIP(text) !== 0)
        .default('127.0.0.1'),
      {
        help: {
          id: 'Alamat tempat broker bawaan dilayani; selain komputer ini sendiri hanya bila clients terisi',
          en: 'Address the built-in broker listens on; other than this machine only where clients are named',
        },
        allowed: {
          id: 'alamat IP; selain 127.0.0.1 dan ::1 hanya bila clients terisi',
          en: 'an IP address; other than 127.0.0.1 and ::1 only where clients are named',
        },
      },
    ),
    port: field(wholeNumber(0, 65_535).default(0), {
      help: { id: 'Port broker bawaan; 0 memilih port kosong', en: 'Port of the built-in broker; 0 takes a free one' },
      allowed: { id: 'bilangan bulat 0 sampai 65535', en: 'a whole number from 0 to 65535' },
    }),
    clients: field(z.array(client).max(100).readonly().prefault([]), {
      help: {
        id: 'Siapa boleh membaca broker bawaan; bila kosong, semua program di komputer ini',
        en: 'Who may read the built-in broker; when empty, every program on this machine',
      },
      allowed: { id: 'daftar, paling banyak 100', en: 'a list of at most 100' },
      exampleOff: true,
    }),
  })
  .superRefine(({ host, clients }, context) => {
    const isLocal = host === '::1' || host.startsWith('127.');
    if (isIP(host) !== 0 && !isLocal && clients.length === 0)
      context.addIssue({ code: 'custom', path: ['host'], message: 'open to all' });
  })
  .readonly();

/** `mqtt:` */
export const brokerField = field(broker.prefault({}), {
  help: {
    id: 'Broker MQTT bawaan; tidak dipakai bila MQTT_URL terisi',
    en: 'The built-in MQTT broker; not used where MQTT_URL is set',
  },
  allowed: { id: 'host, port, clients', en: 'host, port, clients' },
});

/** One reader of the built-in broker as configured. */
export type BrokerClientConfig = z.output<typeof client>;
