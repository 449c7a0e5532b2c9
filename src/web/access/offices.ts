/** Office limits. What a reader may not see is answered like what does not exist. */
import { type Reader, seesOffice } from '../../accounts/permissions.ts';

/**
 * The offices to tell of.
 *
 * @param asked codes from outside; undefined for all
 * @returns undefined for all there are; null when one was asked for that this reader does not see
 */
export function officesSeen(
  reader: Reader,
  asked: readonly string[] | undefined,
): readonly string[] | undefined | null {
  if (asked === undefined) return reader.officeCode === null ? undefined : [reader.officeCode];
  return asked.every((code) => seesOffice(reader, code)) ? asked : null;
}
