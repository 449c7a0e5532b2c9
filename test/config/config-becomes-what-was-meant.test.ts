import { describe, expect, it } from 'vitest';
import { quirkNames } from '../../src/config/schema.ts';
import {
  checkConfig,
  describeFault,
  exampleConfig,
  isQuiet,
  loadConfig,
  parseConfig,
  parseQuietHours,
  readEnvironment,
} from '../../src/config.ts';
import { quirks } from '../../src/zk/quirks.ts';

/** The example of the main issue, word for word. */
const example = `offices:
  - code: kominfo
    name: Dinas Komunikasi dan Informatika
    timeZone: Asia/Jakarta
    pollEverySeconds: 60
    clock: { set: true, whenOffBySeconds: 10, quietHours: "00:00-05:00" }
    terminals:
      - { name: Lobi, host: 10.10.1.21, port: 4370, commKey: \${KOMINFO_KEY}, serial: ABC123, driver: zk }
`;

const minimal = 'offices: [ { code: a, name: A, timeZone: Asia/Jayapura, terminals: [ { name: L, host: h } ] } ]\n';

describe('a right configuration', () => {
  it('takes variables even inside braces, where YAML would read a map', () => {
    const [office] = parseConfig(example, { KOMINFO_KEY: '012345' }).offices;
    expect(office?.terminals[0]).toEqual({
      name: 'Lobi',
      host: '10.10.1.21',
      port: 4370,
      commKey: 12345,
      serial: 'ABC123',
      driver: 'zk',
      transport: 'tcp',
      quirks: [],
    });
  });

  it('fills in the defaults', () => {
    expect(parseConfig(minimal, {})).toEqual({
      offices: [
        {
          code: 'a',
          name: 'A',
          timeZone: 'Asia/Jayapura',
          pollEverySeconds: 60,
          live: false,
          rush: ['06:45-08:15', '15:45-16:45'],
          searchRange: [],
          relevantUntil: '24:00',
          reportSilentAfterHours: 24,
          clock: { set: true, whenOffBySeconds: 10, quietHours: '00:00-05:00' },
          terminals: [{ name: 'L', host: 'h', port: 4370, driver: 'zk', transport: 'tcp', quirks: [] }],
        },
      ],
      alerts: {
        silentMinutes: 30,
        clockOffSeconds: 60,
        logFullPercent: 90,
        diskFreePercent: 10,
        gatherSeconds: 120,
        quietHours: '',
        timeZone: 'Asia/Jakarta',
        language: 'id',
        mail: [],
        webhooks: [],
      },
      web: {
        host: '127.0.0.1',
        port: 8080,
        proxies: [],
        setupNetworks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
        tokens: [],
      },
      queue: { recordsPerBatch: 2000, batchesPerTerminal: 8, maxWaiting: 5000 },
      ingest: { concurrency: 4 },
      outbox: { keepDays: 14, lagDays: 60 },
      mqtt: { host: '127.0.0.1', port: 0, clients: [] },
      webhooks: [],
    });
  });

  it('takes how a terminal is reached and what is peculiar about it', () => {
    const text = minimal.replace('host: h', 'host: h, transport: auto, quirks: [readDirectly, smallChunks]');
    const [terminal] = parseConfig(text, {}).offices[0]?.terminals ?? [];
    expect(terminal).toMatchObject({ transport: 'auto', quirks: ['readDirectly', 'smallChunks'] });
  });

  it('knows exactly the quirks the driver knows', () => {
    expect([...quirkNames].sort()).toEqual(Object.keys(quirks).sort());
  });

  it('names the quirks there are where one is misspelt', () => {
    const { faults } = checkConfig(minimal.replace('host: h', 'host: h, quirks: [readDirect]'), {});
    const [fault] = faults ?? [];
    expect(fault && describeFault(fault, 'en')).toContain(
      'a list of: acceptBadReplyChecksum, readDirectly, smallChunks, skipOperationLog',
    );
  });

  it('cannot be changed afterwards, at any depth', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(parseConfig(example, { KOMINFO_KEY: '1' }))).toBe(true);
    expect(frozen(parseConfig(minimal, {}))).toBe(true);
  });

  it('keeps serials as written and lets a variable add no YAML of its own', () => {
    const text = minimal.replace('host: h', `host: h, serial: 0012345`).replace('name: A', `name: "\${N}"`);
    const [office] = parseConfig(text, { N: 'x, code: evil' }).offices;
    expect(office?.terminals[0]?.serial).toBe('0012345');
    expect(office?.name).toBe('x, code: evil');
    expect(office?.code).toBe('a');
  });

  it('takes an empty or null value as not set', () => {
    const text = minimal.replace('host: h', 'host: h, serial: , commKey: ~');
    expect(parseConfig(text, {}).offices[0]?.terminals[0]).toMatchObject({ name: 'L', host: 'h', port: 4370 });
  });

  it('names the file that cannot be read', async () => {
    await expect(loadConfig('/nowhere/gerbang.yaml', {})).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
  });
});

describe('the example', () => {
  it.each(['id', 'en'] as const)('parses as printed (%s)', (lang) => {
    expect(parseConfig(exampleConfig(lang), {}).offices).toHaveLength(1);
  });

  it('still parses with its optional fields switched on', () => {
    const text = exampleConfig('id').replace(/# (commKey|serial):/g, '$1:');
    expect(parseConfig(text, { KOMINFO_KEY: '7' }).offices[0]?.terminals[0]).toMatchObject({
      commKey: 7,
      serial: 'ABC123',
    });
  });
});

describe('quiet hours', () => {
  it.each([
    '',
    '5-6',
    '00:00-00:00',
    '00:60-01:00',
    '25:00-26:00',
    '01:00-03:00,02:00-04:00',
    '23:00-02:00,01:00-03:00',
  ])('%j is refused', (text) => {
    expect(parseQuietHours(text)).toBeNull();
  });

  it('may run past midnight', () => {
    const windows = parseQuietHours('22:30-05:00, 12:00-13:00') ?? [];
    expect([1349, 1350, 0, 299, 300, 719, 720, 780].map((minute) => isQuiet(windows, minute))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(isQuiet(parseQuietHours('00:00-24:00') ?? [], 1439)).toBe(true);
  });
});

describe('the environment', () => {
  it('has defaults, and empty counts as unset', () => {
    expect(readEnvironment({ PORT: '', LOG_LEVEL: '' })).toMatchObject({
      dataDir: undefined,
      lang: 'id',
      logLevel: 'info',
    });
    expect(readEnvironment({ PORT: '0' }).port).toBe(0);
  });

  it('names every wrong variable and shows no secret', () => {
    const env = {
      PORT: 'eighty',
      DATABASE_URL: 'mysql://app:geheim@db/x',
      GERBANG_LANG: 'fr',
      GERBANG_COMM_KEY: '10000001',
    };
    expect(() => readEnvironment(env)).toThrowError(/PORT(.|\n)*\[CONFIG_INVALID\]/);
    try {
      readEnvironment(env);
    } catch (error) {
      const text = String(error);
      for (const name of Object.keys(env)) expect(text).toContain(name);
      expect(text).not.toContain('geheim');
      expect(text).not.toContain('10000001');
    }
  });
});
