/** Quiet hours: when a terminal's clock may be set, in the office's own time. */

/** One window of a day in minutes after midnight; `toMinute` below `fromMinute` means it runs past midnight. */
export interface QuietWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/**
 * Reads `"00:00-05:00"`, or several windows separated by commas (`"22:30-05:00, 12:00-13:00"`). `24:00` ends a day.
 *
 * @returns the windows in the order given, or `null` when the text is malformed, a window is empty or two overlap
 */
export function parseQuietHours(text: string): readonly QuietWindow[] | null {
  const windows: QuietWindow[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})\s*$/.exec(part);
    if (match === null) return null;
    const [fromHour, fromMin, toHour, toMin] = match.slice(1).map(Number) as [number, number, number, number];
    const fromMinute = fromHour * 60 + fromMin;
    const toMinute = toHour * 60 + toMin;
    if (fromMin > 59 || toMin > 59 || fromMinute >= 1440 || toMinute > 1440 || fromMinute === toMinute) return null;
    windows.push({ fromMinute, toMinute });
  }
  return overlap(windows) ? null : windows;
}

/**
 * True when `minuteOfDay` (minutes after local midnight, 0…1439) falls in one of the windows; the end is excluded.
 */
export function isQuiet(windows: readonly QuietWindow[], minuteOfDay: number): boolean {
  return windows.some(({ fromMinute, toMinute }) =>
    fromMinute < toMinute
      ? minuteOfDay >= fromMinute && minuteOfDay < toMinute
      : minuteOfDay >= fromMinute || minuteOfDay < toMinute,
  );
}

function overlap(windows: readonly QuietWindow[]): boolean {
  return windows.some((window, index) =>
    windows.some((other, otherIndex) => otherIndex !== index && isQuiet([other], window.fromMinute)),
  );
}
