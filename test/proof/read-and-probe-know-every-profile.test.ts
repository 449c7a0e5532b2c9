/** `gerbang read` prints exactly what people did at every kind of terminal, and `gerbang probe` says what kind it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROFILES } from '../../device-sim/profiles.ts';
import { addProbe } from '../../src/cli/probe.ts';
import { addRead } from '../../src/cli/read.ts';
import { gerbang } from '../cli/gerbang.ts';
import { type Printed, run } from './tools/command.ts';
import { type Deed, openSite, type Site, type SiteOptions } from './tools/diary.ts';

const sites: Site[] = [];
afterAll(() => Promise.all(sites.map((site) => site.stop())));

async function siteOf(options: SiteOptions): Promise<Site> {
  const site = await openSite(options);
  sites.push(site);
  return site;
}

const addressOf = ({ server }: Site): string => `127.0.0.1:${server.port}`;

/** The lines `read` must print for these punches. Records of four bytes are printed with their absolute time behind them. */
function linesOf(deeds: readonly Deed[]) {
  return deeds.map(({ pin, shown, verifyMode, punchState, workCode, rawHex }, position) => ({
    position,
    pin,
    deviceTime: shown,
    verifyMode,
    punchState,
    workCode,
    raw: rawHex.length === 8 ? expect.stringMatching(new RegExp(`^${rawHex}[0-9a-f]{8}$`)) : rawHex,
  }));
}

function printedLines({ code, stdout, stderr }: Printed | Awaited<ReturnType<typeof gerbang>>) {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

/** Families whose log cannot be had, and what is said instead. */
const refused: Readonly<Record<string, string>> = { 'secure-6001': 'ZK_SECURE_FIRMWARE', 'wl-22': 'ZK_UNSUPPORTED' };

describe('read', () => {
  it.each(PROFILES.map(({ name }) => name))('%s', { timeout: 60_000 }, async (profile) => {
    const site = await siteOf({ profile, records: 300 });
    let printed = await run(addRead, 'read', addressOf(site));
    const code = refused[profile];
    if (code !== undefined) {
      expect(printed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`[${code}]`) });
      return;
    }
    if (profile === 'reboots-mid-read') {
      // The first read breaks off and prints nothing; a second later the terminal is back.
      expect(printed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[NET_CLOSED]') });
      await sleep(1500);
      printed = await run(addRead, 'read', addressOf(site));
    }
    expect(printedLines(printed)).toEqual(linesOf(site.diary));
  });

  it('a ring that has gone round once and a half, as it lies in the file', async () => {
    const site = await siteOf({ profile: 'ring-log', records: 300, recordCapacity: 200 });
    // The hundred newest overwrote the hundred oldest in place.
    const inFile = [...site.diary.slice(200, 300), ...site.diary.slice(100, 200)];
    expect(printedLines(await run(addRead, 'read', addressOf(site)))).toEqual(linesOf(inFile));
  });

  it('a full log that dropped its oldest', async () => {
    const whenFull = { kind: 'drop-oldest', records: 50 } as const;
    const site = await siteOf({ profile: 'drop-oldest', records: 310, recordCapacity: 200, whenFull });
    // At punches 201, 251 and 301 the fifty oldest went.
    expect(printedLines(await run(addRead, 'read', addressOf(site)))).toEqual(linesOf(site.diary.slice(150)));
  });

  it.each(['bw-8-short', 'vl-49', 'udp-only'])(
    '%s, from a process of its own',
    { timeout: 60_000 },
    async (profile) => {
      const site = await siteOf({ profile, records: 300 });
      expect(printedLines(await gerbang(['read', addressOf(site)]))).toEqual(linesOf(site.diary));
    },
  );
});

/** Bytes of a record as a report names them; compressed records count as the long ones they stand for. */
const recordBytesOf = (layout: string): number => Number.parseInt(layout, 10);

describe('probe', () => {
  const reports = new Map<string, Promise<Printed>>();
  // Each waits for eight ticks of the terminal's clock, so all wait together.
  beforeAll(async () => {
    process.setMaxListeners(2 * PROFILES.length + 10);
    for (const { name } of PROFILES) {
      const { server } = await siteOf({ profile: name, records: 300, faults: [] });
      reports.set(name, run(addProbe, 'probe', `127.0.0.1:${server.port}`, '--json'));
    }
    await Promise.all(reports.values());
  }, 120_000);

  it.each(PROFILES)('$name', async ({ name, transport, deviceName, platform, firmware, recordLayout, userLayout }) => {
    const printed = await reports.get(name);
    if (printed === undefined) throw new Error('was not probed');
    if (name === 'secure-6001') {
      expect(printed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[ZK_SECURE_FIRMWARE]') });
      return;
    }
    const report = JSON.parse(printed.stdout);
    const wire = transport === 'udp' ? 'udp' : 'tcp';
    expect(report).toMatchObject({ serial: 'PROOF1', transport: wire, deviceName, platform, firmware });
    if (name === 'wl-22' || name === 'reboots-mid-read') {
      const code = name === 'wl-22' ? 'ZK_UNSUPPORTED' : 'NET_CLOSED';
      expect([printed.code, report.problem.code, report.recordBytes]).toEqual([1, code, null]);
      return;
    }
    expect([printed.code, report.problem, printed.stderr]).toEqual([0, null, '']);
    expect(report).toMatchObject({
      records: 300,
      recordBytes: recordBytesOf(recordLayout),
      userRecordBytes: Number(userLayout),
      proof: { counter: true },
      // In a compressed log the position of a record says nothing about where it stands.
      tailReads: recordLayout !== '8-short',
      timeFilter: name === 'vl-49' ? 'answered' : 'refused',
    });
  });
});
