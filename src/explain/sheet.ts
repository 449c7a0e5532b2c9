/**
 * A sheet: what an explanation looks like before it becomes lines in a terminal window or a page on paper. Both are drawn
 * from the same sheet, so both say the same.
 */

/** One table. */
export interface SheetTable {
  readonly kind: 'table';
  /** What it shows, for those who hear it read aloud. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A piece of a section. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** Names with their values. */
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | SheetTable
  /** Arithmetic, one line after another: what is worked out, how, and what comes of it. */
  | { readonly kind: 'sums'; readonly lines: readonly SumLine[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Bytes or digests, to be shown as they are. */
  | { readonly kind: 'code'; readonly text: string };

/** `what: how = result` */
export interface SumLine {
  readonly what: string;
  readonly how: string;
  readonly result: string;
}

/** A numbered part of a sheet. */
export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

/** The whole sheet. */
export interface Sheet {
  readonly title: string;
  readonly subject: string;
  /** What must not be missed; empty as a rule. */
  readonly alarms: readonly string[];
  /** The answer in one sentence, and what its status means. */
  readonly lead: { readonly text: string; readonly status: string; readonly meaning: string };
  readonly sections: readonly Section[];
  readonly foot: string;
}

export const text = (value: string): Block => ({ kind: 'text', text: value });
export const facts = (...rows: readonly (readonly [name: string, value: string] | null)[]): Block => ({
  kind: 'facts',
  rows: rows.filter((row) => row !== null),
});
