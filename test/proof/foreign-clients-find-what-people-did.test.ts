/**
 * Third opinions. `node-zklib` and `zkteco-js` were written by strangers; where they work, what they find on the
 * simulator must be what people did there. A mistake shared by our two codecs would show here.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { openSite, type Site, type SiteOptions } from './tools/diary.ts';
import { answersOf, bestLog, done, foreignLibraries, pace } from './tools/foreign.ts';

const sites: Site[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.stop();
});

async function siteOf(options: SiteOptions): Promise<Site> {
  const site = await openSite({ ...options, knobs: { ...pace, ...options.knobs } });
  sites.push(site);
  return site;
}

/** Both cut the id to nine characters; longer ones are theirs to lose. */
const cut = (pin: string): string => pin.slice(0, 9);

describe.each(foreignLibraries)('%s', (library) => {
  // Inline; the first that is prepared; in blocks; the longest that fits one request.
  it.each([1, 26, 500, 1636])('finds each of %i punches with its fields', { timeout: 240_000 }, async (records) => {
    const { server, diary } = await siteOf({ records });
    const found = await bestLog(library, server.port, records);
    expect(found.error).toBeNull();
    expect(found.records).toEqual(
      diary.map(({ uid, pin, shown, verifyMode, punchState }) => ({
        uid,
        pin: cut(pin),
        shown,
        ...(library === 'zkteco-js' ? { verifyMode, punchState } : {}),
      })),
    );
  });

  it('finds the users and the counters', { timeout: 60_000 }, async () => {
    const site = await siteOf({
      records: 30,
      users: [{ pin: '31', name: 'Ana Ruiz', privilege: 14, card: 1_234_567 }],
    });
    const { info, users } = await answersOf(library, site.server.port, ['info', 'users']);
    expect(done(info)).toEqual({ userCounts: 12, logCounts: 30, logCapacity: 100_000 });
    const enrolled = new Map(site.diary.map(({ uid, pin }) => [uid, pin]));
    const [ana, ...others] = done(users);
    expect(ana).toEqual({ uid: 1, pin: '31', name: 'Ana Ruiz', role: 14, cardno: 1_234_567 });
    expect(others.map(({ uid, pin }) => [uid, pin])).toEqual(
      [...enrolled].sort(([a], [b]) => a - b).map(([uid, pin]) => [uid, cut(pin)]),
    );
  });

  it('hears a punch live', { timeout: 60_000 }, async () => {
    const site = await siteOf({});
    const registerEvents = 500;
    // A client that is slow to listen hears the next one.
    let punching: NodeJS.Timeout | undefined;
    site.terminal.afterRequest = (command) => {
      if (command === registerEvents) punching ??= setInterval(() => site.punch(1), 500);
    };
    const { live } = await answersOf(library, site.server.port, ['live']).finally(() => clearInterval(punching));
    const deeds = site.diary.map(({ pin, shown }) => ({ pin, shown }));
    expect(deeds).toContainEqual(done(live));
  });
});
