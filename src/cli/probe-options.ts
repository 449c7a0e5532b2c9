/** The options of a terminal that decide how it can be read. None of them says whose it is or lets anybody in. */
import type { TerminalSession } from '../zk/driver.ts';

const keys = [
  '~ZKFPVersion',
  'ZKFaceVersion',
  'FaceFunOn',
  '~PIN2Width',
  '~SSR',
  '~ExtendFmt',
  'UserExtFmt',
  'ISLR',
  'DelRecord',
  'DownloadNewLog',
  'CompressAttlog',
  '~MaxAttLogCount',
] as const;

/** What the terminal told, in the order asked; options it does not know are left out. */
export type ProbedOptions = Readonly<Partial<Record<(typeof keys)[number], string>>>;

/** Asks for the options, one after the other. */
export async function readOptions(session: TerminalSession): Promise<ProbedOptions> {
  const told: [string, string][] = [];
  for (const key of keys) {
    const value = await session.readOption(key);
    if (value !== null) told.push([key, value]);
  }
  return Object.fromEntries(told);
}
