/** Times of a story: the clock of the office (Jakarta), `07:30:00` on the first day, `2 07:30:00` on the second. */

export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;

/** 2026-11-02 00:00 in Jakarta. */
export const firstDayMs = Date.UTC(2026, 10, 1, 17);

/** The true instant of a time of the story. */
export function at(clock: string): number {
  const [, dayNumber = '1', hours = '0', minutes = '0', seconds = '0'] =
    /^(?:(\d+) )?(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(clock) ?? [];
  return (
    firstDayMs +
    (Number(dayNumber) - 1) * day +
    Number(hours) * hour +
    Number(minutes) * minute +
    Number(seconds) * second
  );
}

/** One moment after another. */
export function every(everyMs: number, from: string, to: string): number[] {
  return Array.from(
    { length: Math.floor((at(to) - at(from)) / everyMs) + 1 },
    (_, index) => at(from) + index * everyMs,
  );
}
