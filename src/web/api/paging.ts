/**
 * Lists in pages. A page ends with where it ended, not with its number, so that rows that come meanwhile are neither
 * doubled nor skipped, and the thousandth page costs what the first did.
 */
import { z } from 'zod';
import type { ApiProblem } from '../api-problem.ts';
import { wholeParam } from './fields.ts';
import { type Refusal, refuse } from './route.ts';

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

const badCursor: ApiProblem = {
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

/** What a list is made of: where a page begins, its rows, and how they are told. */
export interface PagedList<Shape extends z.ZodType, Row, Item> {
  /** Shape of the key in a cursor. */
  readonly key: Shape;
  /**
   * @param after key of the last row of the page before; undefined on the first
   * @param limit one more than the page holds
   */
  readonly read: (after: z.output<Shape> | undefined, limit: number) => Promise<readonly Row[]> | readonly Row[];
  readonly told: (row: Row) => Item;
  readonly keyOf: (row: Row) => PageKey;
}

/** What a page is asked with. */
export interface PageCall {
  readonly query: { readonly cursor?: string | undefined; readonly limit?: number | undefined };
  readonly request: { readonly url: string };
}

/** One page of a list. */
export async function pageBy<Shape extends z.ZodType, Row, Item>(
  { query, request }: PageCall,
  { key, read, told, keyOf }: PagedList<Shape, Row, Item>,
): Promise<{ items: Item[]; next: string | null } | Refusal> {
  const after = keyIn(query.cursor, key);
  if (after === null) return refuse(badCursor);
  const rows = await read(after, (query.limit ?? defaultLimit) + 1);
  return pageFrom(rows, { address: request.url, limit: query.limit }, told, keyOf);
}

/** One page of a list that is in memory whole, in the order of a text that each row has for itself. */
export function pageOfAll<Row, Item>(
  call: PageCall,
  rows: readonly Row[],
  told: (row: Row) => Item,
  keyOf: (row: Row) => string,
): Promise<{ items: Item[]; next: string | null } | Refusal> {
  const isBehind = (row: Row, after: string | undefined): boolean => after === undefined || keyOf(row) > after;
  return pageBy(call, {
    key: z.tuple([z.string()]),
    read: (after) => rows.filter((row) => isBehind(row, after?.[0])).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    told,
    keyOf: (row) => [keyOf(row)],
  });
}

function withCursor(address: string, cursor: string): string {
  const [path = '', query = ''] = address.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
