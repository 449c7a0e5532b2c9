/**
 * What foreign clients get wrong on our simulator is wrong in them: the same terminal with the same log is read right by
 * our driver, or refused by name. When a release of theirs mends one of these, the test says so by failing.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { difference } from './tools/compare.ts';
import { openSite, type Site, type SiteOptions } from './tools/diary.ts';
import { answersOf, bestLog, done, foreignLibraries, pace, runForeign } from './tools/foreign.ts';

const sites: Site[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.stop();
});

async function siteOf(options: SiteOptions): Promise<Site> {
  const site = await openSite({ ...options, knobs: { ...pace, ...options.knobs } });
  sites.push(site);
  return site;
}

/** What our driver makes of the site: `the ledger`, the first difference, or the code of its error. */
async function ours(site: Site): Promise<string> {
  try {
    const session = await openTerminal({ host: '127.0.0.1', port: site.server.port }, { nowMs: Date.now });
    try {
      return difference(await session.readLog(), undefined, site.diary) ?? 'the ledger';
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!isGerbangError(error)) throw error;
    return error.code;
  }
}

/** zkteco-js obeys its time-out; node-zklib waits ten seconds for data whatever it is told. */
const shortTimeoutMs = 1500;

describe.each(foreignLibraries)('%s', (library) => {
  const isQuiet = library === 'zkteco-js';

  it('finds nothing when frames arrive in one segment, and may call that success', { timeout: 60_000 }, async () => {
    const site = await siteOf({ records: 500, faults: [{ name: 'coalesce' }] });
    const { log } = await answersOf(library, site.server.port, ['log'], shortTimeoutMs);
    const { records, error } = done(log);
    expect(records).toEqual([]);
    if (isQuiet) expect(error).toBeNull();
    else expect(error).toMatch(/TIME ?OUT/);
    expect(await ours(site)).toBe('the ledger');
  });

  it('loses the newest records when the last stretch is short', { timeout: 240_000 }, async () => {
    // 65,604 bytes: one request of 65,472 and one of 132, which a terminal answers without announcing it.
    const site = await siteOf({ records: 1640 });
    const found = await bestLog(library, site.server.port, 1636, shortTimeoutMs);
    expect(Math.max(...found.counts)).toBe(1636);
    if (isQuiet) expect(found.error).toBeNull();
    expect(await ours(site)).toBe('the ledger');
  });

  it('reads 49-byte records as garbage without an error', { timeout: 60_000 }, async () => {
    const site = await siteOf({ profile: 'vl-49', records: 500 });
    const found = await bestLog(library, site.server.port, 612);
    expect([found.records.length, found.error]).toEqual([612, null]);
    expect(found.records[0]?.shown).toBe(site.diary[0]?.shown);
    expect(found.records[1]?.shown).not.toBe(site.diary[1]?.shown);
    expect(await ours(site)).toBe('the ledger');
  });

  it('takes a refused login for a login, and every refusal after it for a success', { timeout: 60_000 }, async () => {
    const site = await siteOf({ records: 3, knobs: { commKey: 12 } });
    const { connect, free } = await answersOf(library, site.server.port, ['free']);
    expect(done(connect)).toBe(true);
    expect(done(free)).toEqual({ replyCode: 2005 });
    expect(await ours(site)).toBe('ZK_COMM_KEY_REQUIRED');
  });

  it('dies of a refused read', { timeout: 60_000 }, async () => {
    const site = await siteOf({ records: 3, knobs: { commKey: 12 } });
    const death = await runForeign(library, site.server.port, ['log'], 500);
    expect(death).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/TypeError/) });
  });

  it('dies, with its whole process, of a frame cut after five bytes', { timeout: 60_000 }, async () => {
    // The fourth frame is the first of the transfer.
    const cutFrame = { name: 'split-frame', after: 3, times: 1, bytes: 5, ms: 300 } as const;
    const faults = [cutFrame];
    const site = await siteOf({ records: 500, faults });
    const death = await runForeign(library, site.server.port, ['log']);
    expect(death).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/RangeError/) });
    site.terminal.setFaults(faults);
    expect(await ours(site)).toBe('the ledger');
  });

  it('believes a block whose checksum is wrong', { timeout: 240_000 }, async () => {
    // One bit in the middle of the second block: there stands the time of record 37.
    const flippedBit = { name: 'corrupt-payload', command: 1504, after: 2, times: 1 } as const;
    const site = await siteOf({ records: 500 });
    let found = { counts: [] as readonly number[], shown: '' };
    for (let attempt = 0; attempt < 6 && found.shown === ''; attempt += 1) {
      site.terminal.setFaults([flippedBit]);
      const { records, error } = done((await answersOf(library, site.server.port, ['log'], shortTimeoutMs)).log);
      expect(error === null || isQuiet === false).toBe(true);
      if (records.length === 500) found = { counts: [500], shown: records[37]?.shown ?? '' };
    }
    const truth = Date.parse(`${site.diary[37]?.shown}Z`);
    expect(Math.abs(Date.parse(`${found.shown}Z`) - truth)).toBe(4096_000);
    site.terminal.setFaults([flippedBit]);
    expect(await ours(site)).toBe('ZK_BAD_CHECKSUM');
  });

  it('moves a punch of 31 February to March', { timeout: 60_000 }, async () => {
    const site = await siteOf({ records: 3, faults: [{ name: 'impossible-date', after: 1, times: 1 }] });
    expect(site.diary[1]?.shown).toBe('2024-02-31T00:00:00');
    const found = await bestLog(library, site.server.port, 3);
    expect(found.records[1]?.shown).toBe('2024-03-02T00:00:00');
    expect(await ours(site)).toBe('the ledger');
  });
});
