/** Asking for pages as browsers do, over connections that stay open, one page after the other; and what it took. */
import { pages } from './pages.ts';

/** One page that was asked for. */
export interface Ask {
  readonly page: string;
  /** Which question of its page it was. */
  readonly at: number;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedMs: number;
  /** Until the last byte was here. */
  readonly ms: number;
  readonly bytes: number;
}

/**
 * All pages in turn, so that whatever happens beside them meets every one alike, each `asks` times or until the time is up.
 *
 * @param mostMs for all pages together
 */
export async function askAll(url: string, asks: number, mostMs: number): Promise<readonly Ask[]> {
  const made: Ask[] = [];
  const untilMs = performance.now() + mostMs;
  for (let at = 0; at < asks && performance.now() < untilMs; at += 1) {
    for (const [page, addressOf] of Object.entries(pages)) made.push(await askOne(`${url}${addressOf(at)}`, page, at));
  }
  return made;
}

async function askOne(address: string, page: string, at: number): Promise<Ask> {
  const askedMs = performance.timeOrigin + performance.now();
  const answer = await fetch(address);
  const text = await answer.text();
  const ms = performance.timeOrigin + performance.now() - askedMs;
  if (answer.status !== 200) throw new Error(`${page} answered ${answer.status}`);
  return { page, at, askedMs, ms, bytes: Buffer.byteLength(text) };
}

/** The asks of each page, in the order of the pages. */
export function byPage(asks: readonly Ask[]): ReadonlyMap<string, readonly Ask[]> {
  return new Map(Object.keys(pages).map((page) => [page, asks.filter((ask) => ask.page === page)]));
}
