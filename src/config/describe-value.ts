/** Words for values that did not come from a file: what is allowed at a path of the schema. */
import type { z } from 'zod';
import { fieldAt } from './describe.ts';
import type { Bilingual } from './fields.ts';

/**
 * What is allowed at `path` in `schema`, in both languages; null where the schema knows no such path.
 *
 * @param path as zod reports it
 */
export function describeValue(schema: z.ZodType, path: readonly PropertyKey[]): Bilingual | null {
  return fieldAt(schema, path)?.help.allowed ?? null;
}
