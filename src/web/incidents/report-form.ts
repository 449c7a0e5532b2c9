/** The report form: what was typed, what is wrong with it, and the report it makes. */
import { z } from 'zod';
import { dayRange, zoneOffsetMs } from '../../clock/zone.ts';
import { type IncidentKind, incidentKinds } from '../../incident/steps.ts';
import type { MachineRow, OfficeRow } from '../../store/board.ts';
import { reportWords } from '../../words/incidents.ts';
import type { Lang } from '../../words/language.ts';
import type { FieldErrors } from '../views/parts.ts';

/** As it was typed; kept on errors whatever it is. */
export interface ReportForm {
  /** Code of an office, `-` for one that is not listed, empty for none chosen. */
  readonly opd: string;
  /** Name of a machine, `-` for one that is not listed, empty for none chosen. */
  readonly mesin: string;
  readonly letak: string;
  readonly jenis: string;
  readonly tanggal: string;
  readonly jam: string;
  readonly cerita: string;
  /** Key of files that were received already. */
  readonly berkas: string;
}

const text = (max: number) =>
  z
    .string()
    .catch('')
    .transform((value) => value.slice(0, max));
const reportForm = z.object({
  opd: text(40),
  mesin: text(60),
  letak: text(1_000),
  jenis: text(20),
  tanggal: text(10),
  jam: text(5),
  cerita: text(8_000),
  berkas: text(60),
});

/** Reads a body or a query; what is not there is empty. */
export function readForm(source: unknown): ReportForm {
  return reportForm.parse(source ?? {});
}

/** A machine or a place that a person chose. */
export interface ReportSubject {
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly place: string;
}

/** A report that may be opened. */
export interface Report extends ReportSubject {
  readonly kind: IncidentKind;
  readonly sinceMs: number;
  readonly words: string;
}

/** Marks "not in the list". */
export const notListed = '-';
/** Zone of a report about a place that no office is known for. */
const capitalZone = 'Asia/Jakarta';
const oldestMs = 2 * 366 * 86_400_000;
/** Clocks of browsers and people run ahead a little. */
const futureMs = 5 * 60_000;

/**
 * Checks a form.
 *
 * @param fleet offices and machines that this reader may know of
 */
export function checkForm(
  form: ReportForm,
  fleet: { readonly offices: readonly OfficeRow[]; readonly machines: readonly MachineRow[] },
  nowMs: number,
  lang: Lang,
): { readonly report: Report | null; readonly errors: FieldErrors } {
  const errors: Record<string, string> = {};
  const office = fleet.offices.find(({ code }) => code === form.opd) ?? null;
  const subject = subjectOf(form, office, fleet.machines, errors, lang);
  const kind = incidentKinds.find((known) => known === form.jenis);
  if (kind === undefined) errors.jenis = reportWords.whatMissing[lang];
  const sinceMs = sinceOf(form, office?.timeZone ?? capitalZone, nowMs, errors, lang);
  const words = form.cerita.trim();
  if (words.length > 4_000) errors.cerita = reportWords.tooLong[lang];
  const isWhole = kind !== undefined && subject !== null && sinceMs !== null && Object.keys(errors).length === 0;
  return { report: isWhole ? { ...subject, kind, sinceMs, words } : null, errors };
}

function subjectOf(
  form: ReportForm,
  office: OfficeRow | null,
  machines: readonly MachineRow[],
  errors: Record<string, string>,
  lang: Lang,
): ReportSubject | null {
  const place = form.letak.trim();
  if (place.length > 300) errors.letak = reportWords.tooLong[lang];
  if (form.opd !== '' && form.opd !== notListed && office === null) {
    errors.opd = reportWords.whereUnknown[lang];
    return null;
  }
  if (form.mesin !== '' && form.mesin !== notListed) {
    const machine = machines.find(({ officeCode, name }) => officeCode === office?.code && name === form.mesin);
    if (machine !== undefined) return { officeCode: machine.officeCode, terminalName: machine.name, place };
    errors.mesin = reportWords.whereUnknown[lang];
    return null;
  }
  // A place in words is enough: whoever reports need not know our list.
  if (place === '') errors[office === null ? 'letak' : 'mesin'] = reportWords.whereMissing[lang];
  return place === '' ? null : { officeCode: office?.code ?? null, terminalName: null, place };
}

function sinceOf(
  { tanggal, jam }: ReportForm,
  timeZone: string,
  nowMs: number,
  errors: Record<string, string>,
  lang: Lang,
): number | null {
  const refuse = (text: string): null => {
    errors.tanggal = text;
    return null;
  };
  if (tanggal === '') return refuse(reportWords.sinceMissing[lang]);
  const sinceMs = instantOf(tanggal, jam === '' ? '00:00' : jam, timeZone);
  if (sinceMs === null) return refuse(reportWords.sinceWrong[lang]);
  if (sinceMs > nowMs + futureMs) return refuse(reportWords.sinceFuture[lang]);
  return sinceMs < nowMs - oldestMs ? refuse(reportWords.sinceOld[lang]) : Math.min(sinceMs, nowMs);
}

/** The instant of a day and a time as forms send them; null for what does not exist. */
export function instantOf(day: string, time: string, timeZone: string): number | null {
  const minutes = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  const startMs = startOfDay(timeZone, day);
  if (minutes === null || startMs === null) return null;
  return startMs + (Number(minutes[1]) * 60 + Number(minutes[2])) * 60_000;
}

function startOfDay(timeZone: string, day: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  try {
    return dayRange(timeZone, day).fromMs;
  } catch {
    return null;
  }
}

/** `YYYY-MM-DD` and `HH:MM` of an instant, for a form that is filled in. */
export function wallFields(atMs: number, timeZone: string): { readonly day: string; readonly time: string } {
  const iso = new Date(atMs + zoneOffsetMs(timeZone, atMs)).toISOString();
  return { day: iso.slice(0, 10), time: iso.slice(11, 16) };
}
