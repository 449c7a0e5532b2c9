/**
 * Lists in pages. A page ends with where it ended, not with its number, so that rows that come meanwhile are neither
 * doubled nor skipped, and the thousandth page costs what the first did.
 */
import { z } from 'zod';
import type { ApiProblem } from '../api-problem.ts';
import { wholeParam } from './fields.ts';

/** Keys of the last row of a page, as the query that made it is ordered. */
export type PageKey = readonly (string | number | null)[];

/** The parameters of every list: spread it into the `z.strictObject` of the query. */
export const pageParams = {
  cursor: z.string().max(500).optional().meta({ description: 'From `next` of the page before, as it was given.' }),
  limit: wholeParam(1, 200).optional().meta({ description: 'Rows in a page; 50 when left out.' }),
};

const defaultLimit = 50;

/** The schema of a page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Address of the next page; null on the last one.' }),
  });
}

/** Where to go on: opaque to whoever is given it. */
export function cursorText(key: PageKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The key in a cursor.
 *
 * @param shape of the key, checked: a cursor comes back from outside
 * @returns undefined without a cursor, null for one that is none of ours
 */
export function keyIn<Shape extends z.ZodType>(
  cursor: string | undefined,
  shape: Shape,
): z.output<Shape> | null | undefined {
  if (cursor === undefined) return undefined;
  if (!/^[\w-]+$/.test(cursor)) return null;
  const key = shape.safeParse(parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  return key.success ? key.data : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const badCursor: ApiProblem = {
  status: 400,
  type: 'bad-cursor',
  title: 'This is no cursor',
  detail: 'Follow the address in "next" of the page before as it was given, or begin without a cursor.',
};

/**
 * Cuts rows into a page. Read one row more than the limit: it tells whether there is another page.
 *
 * @param address path and query of this page, e.g. `request.url`
 */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  { address, limit = defaultLimit }: { readonly address: string; readonly limit?: number | undefined },
  told: (row: Row) => Item,
  keyOf: (row: Row) => PageKey,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? withCursor(address, cursorText(keyOf(last))) : null;
  return { items: shown.map(told), next };
}

/** Rows to read for a page. */
export function rowsFor(limit: number | undefined): number {
  return (limit ?? defaultLimit) + 1;
}

function withCursor(address: string, cursor: string): string {
  const [path = '', query = ''] = address.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
