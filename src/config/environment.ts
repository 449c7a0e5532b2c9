/** The environment variables Gerbang reads. The same kinds of fields, help and faults as the file. */
import { z } from 'zod';
import { field, wholeNumber } from './fields.ts';

/** An address with one of the given schemes and a host. */
function address(...schemes: readonly string[]) {
  return z.string().refine((text) => {
    try {
      const url = new URL(text);
      return schemes.includes(url.protocol) && url.hostname !== '';
    } catch {
      return false;
    }
  });
}

/** One server, or a list of hosts that only the queue takes apart (docs/operations.md, "Redis"). */
function redisAddress() {
  const listed = z.string().regex(/^rediss?\+(sentinel:\/\/[^/\s]+\/[^/\s]+(\/\d+)?|cluster:\/\/[^/\s]+)\/?$/);
  return z.union([address('redis:', 'rediss:'), listed]);
}

/** Names, defaults, bounds and help of the environment. Empty variables count as unset. */
export const environmentSchema = z
  .object({
    DATABASE_URL: field(address('postgres:', 'postgresql:').optional(), {
      help: {
        id: 'Basis data Postgres; bila kosong, Gerbang menjalankan Postgres bawaan di folder data',
        en: 'The Postgres database; when unset, Gerbang runs its embedded Postgres in the data folder',
      },
      allowed: { id: 'postgres://…', en: 'postgres://…' },
      secret: true,
    }),
    DATABASE_OWNER_URL: field(address('postgres:', 'postgresql:').optional(), {
      help: {
        id: 'Basis data yang sama dengan peran pemilik tabel, supaya peran gateway di DATABASE_URL tidak dapat mengubah bukti',
        en: 'The same database as the role that owns the tables, so that the gateway role in DATABASE_URL cannot alter evidence',
      },
      allowed: { id: 'postgres://…', en: 'postgres://…' },
      secret: true,
    }),
    REDIS_URL: field(redisAddress().optional(), {
      help: {
        id: 'Redis untuk antrean: satu server, di balik sentinel, atau kluster; bila kosong, antrean memakai Postgres',
        en: 'Redis for the queue: one server, behind sentinels, or a cluster; when unset, the queue lives in Postgres',
      },
      allowed: {
        id: 'redis://…, rediss://…, redis+sentinel://host:port,…/NAMA atau redis+cluster://host:port,…',
        en: 'redis://…, rediss://…, redis+sentinel://host:port,…/NAME or redis+cluster://host:port,…',
      },
      secret: true,
    }),
    MQTT_URL: field(address('mqtt:', 'mqtts:', 'ws:', 'wss:').optional(), {
      help: {
        id: 'Broker MQTT; bila kosong, broker bawaan berjalan di 127.0.0.1',
        en: 'The MQTT broker; when unset, a broker runs inside the process on 127.0.0.1',
      },
      allowed: { id: 'mqtt://…, mqtts://…, ws://… atau wss://…', en: 'mqtt://…, mqtts://…, ws://… or wss://…' },
      secret: true,
    }),
    PORT: field(wholeNumber(0, 65535).optional(), {
      help: {
        id: 'Port halaman web; mengalahkan web.port; 0 memilih port kosong',
        en: 'Port of the web page; wins over web.port; 0 takes a free one',
      },
      allowed: { id: 'bilangan bulat 0 sampai 65535', en: 'a whole number from 0 to 65535' },
    }),
    GERBANG_DATA_DIR: field(z.string().min(1).optional(), {
      help: {
        id: 'Folder data Postgres bawaan; bila kosong /var/lib/gerbang untuk root, selain itu gerbang di ~/.local/share',
        en: 'Data folder of the embedded Postgres; when unset /var/lib/gerbang for root, else gerbang in ~/.local/share',
      },
      allowed: { id: 'nama folder', en: 'the name of a folder' },
    }),
    GERBANG_SECRET: field(z.string().min(16).max(1_000).optional(), {
      help: {
        id: 'Rahasia untuk mengunci Comm Key yang disimpan lewat Pengaturan; bila kosong, dibuat sekali di secret.key dalam folder data. Samakan di semua host',
        en: 'Secret that locks the comm keys saved on the settings pages; when unset, made once as secret.key in the data folder. The same on all hosts',
      },
      allowed: { id: 'sedikitnya 16 huruf acak', en: 'at least 16 random characters' },
      secret: true,
    }),
    GERBANG_LANG: field(z.enum(['id', 'en']).default('id'), {
      help: { id: 'Bahasa teks di layar', en: 'Language of the texts on the screen' },
      allowed: { id: 'id atau en', en: 'id or en' },
    }),
    LOG_LEVEL: field(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'), {
      help: { id: 'Rincian log', en: 'How much is logged' },
      allowed: {
        id: 'trace, debug, info, warn, error, fatal atau silent',
        en: 'trace, debug, info, warn, error, fatal or silent',
      },
    }),
    GERBANG_COMM_KEY: field(wholeNumber(0, 999_999).optional(), {
      help: {
        id: 'Comm Key untuk probe dan read, supaya tidak tampak di daftar proses',
        en: 'Comm key for probe and read, so that it does not stand in the process list',
      },
      allowed: { id: 'bilangan bulat 0 sampai 999999', en: 'a whole number from 0 to 999999' },
      secret: true,
    }),
  })
  .readonly();

type Variables = z.output<typeof environmentSchema>;

/** The environment, checked, under the names the code uses. URLs and the comm key may hold secrets: never log them. */
export interface Environment {
  readonly databaseUrl: string | undefined;
  readonly ownerUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly port: number | undefined;
  /** Undefined means the store's own default. */
  readonly dataDir: string | undefined;
  /** What comm keys in the database are locked with; undefined means the file in the data folder. Never log it. */
  readonly secret: string | undefined;
  readonly lang: 'id' | 'en';
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly commKey: number | undefined;
}

/** Gives the checked variables the names the code uses. */
export function environmentOf(variables: Variables): Environment {
  return Object.freeze({
    databaseUrl: variables.DATABASE_URL,
    ownerUrl: variables.DATABASE_OWNER_URL,
    redisUrl: variables.REDIS_URL,
    mqttUrl: variables.MQTT_URL,
    port: variables.PORT,
    dataDir: variables.GERBANG_DATA_DIR,
    secret: variables.GERBANG_SECRET,
    lang: variables.GERBANG_LANG,
    logLevel: variables.LOG_LEVEL,
    commKey: variables.GERBANG_COMM_KEY,
  });
}
