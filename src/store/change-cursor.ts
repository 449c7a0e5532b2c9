/**
 * A place in the order of changes as consumers keep it: opaque, and tied to the life of the database it comes from. After
 * a backup was restored the same position holds other rows, so a cursor from before must be noticed, not followed.
 */

/** What a cursor says. */
export interface ChangePlace {
  /** Life of the database (`store_generation`). */
  readonly generation: string;
  readonly position: number;
}

/** `position` in life `generation` as text that fits an address. */
export function cursorOf({ generation, position }: ChangePlace): string {
  return Buffer.from(`${generation}/${position}`).toString('base64url');
}

/** The inverse of {@link cursorOf}; null for anything else. */
export function placeOf(cursor: string): ChangePlace | null {
  if (!/^[\w-]{1,200}$/.test(cursor)) return null;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, generation, digits] = /^([0-9a-f-]{36})\/(\d{1,15})$/.exec(text) ?? [];
  return generation === undefined ? null : { generation, position: Number(digits) };
}
