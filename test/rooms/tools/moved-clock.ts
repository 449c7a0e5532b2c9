/** A clock that was looked at for a week, for pictures of its pages: it runs fast, and was moved while nobody could look. */
import type { Database } from '../../../src/store/database.ts';
import { at, day, every, hour, minute } from '../../clock/stories/at.ts';
import { storeWorld } from '../../tools/clock-worlds.ts';

const serial = 'CKJ4';
/** Between two looks, a day and a half apart. */
const movedAtMs = at('21 18:20');
const driftPerDayMs = 1_020;
const mornings = ['17', '18', '19', '20', '21', '22', '23', '24'];
const times = ['07:02:11', '07:09:40', '07:14:18', '07:21:05', '07:27:33', '07:31:02'];

/** Stores it, up to 07:35 on the morning of the pictures. @returns addresses of the pages that show it */
export async function putMovedClock(
  database: Database,
  officeCode: string,
): Promise<Readonly<Record<'clock' | 'explain', string>>> {
  const polls = [...every(hour, '17 06:05', '21 03:05'), ...every(30 * minute, '22 10:35', '24 07:35')];
  const punches = mornings.flatMap((morning) => times.map((time) => at(`${morning} ${time}`)));
  const aheadMs = (atMs: number): number =>
    (atMs < movedAtMs ? 130_000 : 5_000) + ((atMs - at('17 00:00')) / day) * driftPerDayMs;
  await storeWorld(database, { serial, terminalName: 'Pintu Timur', officeCode, world: { aheadMs, polls, punches } });
  const between = punches.indexOf(at('22 07:14:18'));
  return { clock: `/clocks/${serial}`, explain: `/clocks/explain/${serial}-1-${between}` };
}
