/** Where a rehearsal is, whether begun by command or by button. */
import { join } from 'node:path';

/** Its page, unless told otherwise: beside that of the gateway. */
export const rehearsalPort = 8090;

/** All it keeps: a folder of its own in that of the gateway. */
export function rehearsalFolder(dataDir: string, officeCode: string): string {
  return join(dataDir, 'rehearsal', officeCode);
}
