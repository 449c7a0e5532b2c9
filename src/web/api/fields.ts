/** Parameters that many routes take, each with its bounds. */
import { z } from 'zod';
import { dayRange } from '../../clock/zone.ts';

/** A whole number in a query, where everything is text. */
export function wholeParam(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** `YYYY-MM-DD`, a day that exists. */
export function dayParam() {
  return z.string().refine(isDay, 'a day as YYYY-MM-DD').meta({ format: 'date' });
}

/** Office codes with commas between them. */
export function officesParam() {
  return z
    .string()
    .max(4_000)
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().min(1).max(40)).max(100));
}

/** An instant in an answer: ISO 8601 in UTC. */
export function instantField() {
  return z.string().meta({ format: 'date-time' });
}

/** An instant that is known, as it is told; `toldInstant` of the store tells those that may not be. */
export function toldAt(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Words for people, in both languages. */
export function wordsField() {
  return z.object({ id: z.string(), en: z.string() });
}

/** True for a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    dayRange('UTC', text);
    return true;
  } catch {
    return false;
  }
}
