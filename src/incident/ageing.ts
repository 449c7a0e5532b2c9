/** How old a report is, when somebody is reminded of it, and the time the law gives after a loss. Pure. */
import { type IncidentKind, type IncidentState, isClosed } from './steps.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Days without a step after which people are reminded; then once a week. */
export const reminderDays = [1, 3, 7] as const;
const weekMs = 7 * dayMs;

/** How urgently a report waits: a word and a colour on every list. */
export type Age = 'fresh' | 'waiting' | 'late' | 'forgotten';

/** @param sinceStepMs time since the last step of a person, in milliseconds */
export function ageOf(state: IncidentState, sinceStepMs: number): Age | null {
  if (isClosed(state)) return null;
  if (sinceStepMs < dayMs) return 'fresh';
  if (sinceStepMs < 3 * dayMs) return 'waiting';
  return sinceStepMs < 7 * dayMs ? 'late' : 'forgotten';
}

/**
 * How many reminders are due by now: 1 after a day without a step, 2 after three, 3 after a week, one more each week.
 *
 * @param sinceStepMs time since the last step of a person, in milliseconds
 */
export function remindersDue(state: IncidentState, sinceStepMs: number): number {
  if (isClosed(state)) return 0;
  const first = reminderDays.filter((days) => sinceStepMs >= days * dayMs).length;
  return first < reminderDays.length ? first : first + Math.floor((sinceStepMs - weekMs) / weekMs);
}

/** When the next reminder is due after the last step, in milliseconds UTC; null when nobody waits for anything. */
export function nextReminderMs(state: IncidentState, lastStepMs: number, nowMs: number): number | null {
  if (isClosed(state)) return null;
  const given = remindersDue(state, nowMs - lastStepMs);
  const days = reminderDays[given];
  return lastStepMs + (days === undefined ? weekMs + (given - reminderDays.length + 1) * weekMs : days * dayMs);
}

/** Law 27/2022 on personal data, article 46: a failure of protection is told within 3 × 24 hours of becoming known. */
export const notificationMs = 72 * hourMs;

/**
 * Until when the persons concerned and the authority must be told in writing of a lost machine, in milliseconds UTC; null
 * for other reports. Whether templates are on the machine a person decides; the time runs from the report all the same.
 */
export function notificationDeadlineMs(kind: IncidentKind, reportedMs: number): number | null {
  return kind === 'lost' ? reportedMs + notificationMs : null;
}

/**
 * True while the written note of a loss is still to be sent. A machine that was replaced or written off is as lost as before;
 * one that was found, or never was away, owes nobody a letter.
 */
export function owesNote(report: {
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly noteSentMs: number | null;
}): boolean {
  if (report.kind !== 'lost' || report.noteSentMs !== null) return false;
  return !isClosed(report.state) || report.state === 'replaced' || report.state === 'written-off';
}

/** What an open report needs others to be told of. */
export type ReportNeed = 'report-waiting' | 'breach-note-due';

/** The last day of the 3 × 24 hours: early enough for a letter, late enough that it is not noise beside the report itself. */
const noteWarningMs = dayMs;

/**
 * What people have to be told of an open report now: a reminder is due, or the time the law gives after a loss runs out.
 *
 * @param report instants in milliseconds UTC
 */
export function needsOf(
  report: {
    readonly kind: IncidentKind;
    readonly state: IncidentState;
    readonly openedMs: number;
    readonly lastStepMs: number;
    /** When the written note was sent; null while it was not. */
    readonly noteSentMs: number | null;
  },
  nowMs: number,
): readonly ReportNeed[] {
  const needs: ReportNeed[] = [];
  const deadlineMs = owesNote(report) ? notificationDeadlineMs(report.kind, report.openedMs) : null;
  if (deadlineMs !== null && nowMs >= deadlineMs - noteWarningMs) needs.push('breach-note-due');
  if (remindersDue(report.state, nowMs - report.lastStepMs) > 0) needs.push('report-waiting');
  return needs;
}

/** Milliseconds of an interval that lie on working days, Monday to Friday, of a place whose offset from UTC is known. */
export function workingDayMs(fromMs: number, toMs: number, offsetMs: (utcMs: number) => number): number {
  let sum = 0;
  // Local days are walked with the offset at their start; a change of clocks inside a day moves one hour, which decides
  // nothing here. A year at most: older than that is old enough.
  let at = Math.max(fromMs, toMs - 366 * dayMs);
  while (at < toMs) {
    const localMs = at + offsetMs(at);
    const end = Math.min(toMs, at + dayMs - (((localMs % dayMs) + dayMs) % dayMs));
    // 1970-01-01 was a Thursday.
    const weekday = (((Math.floor(localMs / dayMs) + 4) % 7) + 7) % 7;
    if (weekday !== 0 && weekday !== 6) sum += end - at;
    at = end;
  }
  return sum;
}
