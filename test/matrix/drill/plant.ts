/** What the drill of the matrix plants: the guard of a row taken out, as literal replacements. */

/** Text that must stand exactly once in its file, and what it is replaced by. */
export type Edit = readonly [file: string, from: string, to: string];

/** One guard, and what its row says without it. */
export interface RowPlant {
  /** Rows of the matrix. */
  readonly row: number;
  /** What is taken out, in the words of docs/proof.md. */
  readonly without: string;
  /** More than one where any of several guards would do. */
  readonly edits: readonly [Edit, ...Edit[]];
  /** What the row must say: red for another reason proves nothing. */
  readonly says: RegExp;
  /** How long the row waits for what never comes, in seconds; longer than the sound program needs. Default 45. */
  readonly patienceSeconds?: number;
}
