/** What somebody looks for in attendance: read from an address, checked, and limited to what they may see. */
import { z } from 'zod';
import { type Reader, seesOffice } from '../../accounts/permissions.ts';
import { dayOf, dayRange } from '../../clock/zone.ts';
import { type AttendanceQuery, type PinPlace, type RowPlace, readMachinesOf } from '../../store/attendance-list.ts';
import { type OfficeRow, readOffices } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { type PersonPin, type PersonRow, readPerson, readPinsOf } from '../../store/people.ts';
import { attendanceWords } from '../../words/attendance.ts';
import type { Bilingual } from '../../words/language.ts';

/** Everything an address of attendance may carry; what is malformed counts as absent. */
export const askedSchema = z.object({
  opd: text(40),
  mesin: text(40),
  pin: text(24),
  pegawai: text(60),
  dari: text(10),
  sampai: text(10),
  /** Behind which row the page begins. */
  setelah: text(120),
});
export type Asked = z.output<typeof askedSchema>;

function text(maxLength: number) {
  return z
    .string()
    .trim()
    .max(maxLength)
    .optional()
    .catch(undefined)
    .transform((value) => (value === '' ? undefined : value));
}

/** A search that can be made. */
export interface Search {
  readonly asked: Asked;
  readonly query: AttendanceQuery;
  readonly after: RowPlace | null;
  /** All the reader may see. */
  readonly offices: readonly OfficeRow[];
  /** Offices whose days are looked at. */
  readonly officeCodes: readonly string[];
  readonly machines: readonly { readonly officeCode: string; readonly serial: string; readonly name: string }[];
  readonly person: PersonRow | null;
  readonly fromDay: string;
  readonly toDay: string;
  readonly days: number;
  /** Why it finds nothing; null when it is good. */
  readonly trouble: Bilingual | null;
}

/** Past this a count is only said to be more: pages and the API count no further. */
export const countLimit = 10_000;
const maxDays = 366;
const dayMs = 86_400_000;

/** Makes a search of what was asked. */
export async function searchFor(database: Database, reader: Reader, asked: Asked, nowMs: number): Promise<Search> {
  const { db } = database;
  const [known, machines, found, pins] = await Promise.all([
    readOffices(db),
    readMachinesOf(db, reader.officeCode),
    asked.pegawai === undefined ? null : readPerson(db, asked.pegawai),
    asked.pegawai === undefined ? [] : readPinsOf(db, [asked.pegawai]),
  ]);
  const offices = known.filter((office) => seesOffice(reader, office.code));
  const person = found !== null && seesOffice(reader, found.officeCode) ? found : null;
  const chosen = asked.opd === undefined ? offices : offices.filter(({ code }) => code === asked.opd);
  const stood = machines.filter(({ serial }) => serial === asked.mesin).map(({ officeCode }) => officeCode);
  const within = asked.mesin === undefined ? chosen : chosen.filter(({ code }) => stood.includes(code));
  const days = askedDays(asked, dayOf((within[0] ?? offices[0])?.timeZone ?? 'Asia/Jakarta', nowMs));
  const places = placesOf(asked, person === null ? [] : pins, machines);
  // A person's days are those of the offices whose machines know the person.
  const met = new Set(places?.offices);
  const looked = person === null ? within : within.filter(({ code }) => met.has(code));
  const facts = { isOfficeKnown: chosen.length > 0, isPersonKnown: person !== null, offices: offices.length };
  const trouble = days === null ? attendanceWords.badDays : troubleOf(asked, facts);
  return {
    asked,
    query: {
      stretches: days === null || trouble !== null ? [] : looked.map((office) => stretchOf(office, days)),
      serial: asked.mesin ?? null,
      places: places?.pairs ?? null,
      personId: person?.personId ?? null,
    },
    after: placeFrom(asked.setelah),
    offices,
    officeCodes: looked.map(({ code }) => code),
    machines,
    person,
    fromDay: days?.from ?? '',
    toDay: days?.to ?? '',
    days: days?.count ?? 0,
    trouble,
  };
}

interface Days {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** Today, or the last month of one person; null for days that do not exist. */
function askedDays(asked: Asked, today: string): Days | null {
  const isOne = asked.pegawai !== undefined || asked.pin !== undefined;
  const to = asked.sampai ?? (asked.dari !== undefined && asked.dari > today ? asked.dari : today);
  const from = asked.dari ?? (isOne ? shifted(to, -30) : to);
  if (!isDay(from) || !isDay(to) || from > to) return null;
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  return count > maxDays ? null : { from, to, count };
}

function shifted(day: string, days: number): string {
  const atMs = Date.parse(day);
  return Number.isNaN(atMs) ? day : new Date(atMs + days * dayMs).toISOString().slice(0, 10);
}

/** True for `YYYY-MM-DD` that exists. */
export function isDay(day: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false;
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
}

function stretchOf(office: OfficeRow, days: Days): AttendanceQuery['stretches'][number] {
  const { code, timeZone } = office;
  const startMs = dayRange(timeZone, days.from).fromMs;
  return { officeCode: code, startMs, endMs: dayRange(timeZone, days.to).toMs };
}

/** On which machines a PIN, or these PINs of the person that was asked for, are to be looked for; null for all of everything. */
function placesOf(
  asked: Asked,
  pins: readonly PersonPin[],
  machines: Search['machines'],
): { readonly pairs: readonly PinPlace[]; readonly offices: readonly string[] } | null {
  const { pin, pegawai, mesin, opd } = asked;
  if (pegawai === undefined && pin === undefined) return null;
  const visible = machines.filter(
    ({ serial, officeCode }) => (mesin ?? serial) === serial && (opd ?? officeCode) === officeCode,
  );
  if (pegawai === undefined)
    return { pairs: distinct(visible.map(({ serial }) => ({ serial, pin: pin ?? '' }))), offices: [] };
  const met = visible.flatMap(({ serial, officeCode }) =>
    pins
      .filter((one) => (one.serial === null ? one.officeCode === officeCode : one.serial === serial))
      .filter((one) => (pin ?? one.pin) === one.pin)
      .map((one) => ({ serial, pin: one.pin, officeCode })),
  );
  return { pairs: distinct(met), offices: met.map(({ officeCode }) => officeCode) };
}

function distinct(pairs: readonly PinPlace[]): PinPlace[] {
  return [...new Map(pairs.map(({ serial, pin }) => [`${serial} ${pin}`, { serial, pin }])).values()];
}

function troubleOf(
  asked: Asked,
  known: { readonly isOfficeKnown: boolean; readonly isPersonKnown: boolean; readonly offices: number },
): Bilingual | null {
  if (asked.opd !== undefined && !known.isOfficeKnown) return attendanceWords.noSuchOffice;
  if (asked.pegawai !== undefined && !known.isPersonKnown) return attendanceWords.noSuchPerson;
  // Somebody else in each office: that is no question about a person, and as dear as so many.
  const isBare = asked.pin !== undefined && asked.pegawai === undefined && !asked.opd && !asked.mesin;
  return isBare && known.offices > 1 ? attendanceWords.pinAlone : null;
}

/** Where a page ended, as it travels in an address. */
export function placeText(place: RowPlace): string {
  const { occurredAtMs, serial, epoch, ordinal } = place;
  return `${Math.round(occurredAtMs * 1_000)}~${epoch}~${ordinal}~${serial}`;
}

function placeFrom(text: string | undefined): RowPlace | null {
  const found = /^(-?\d{1,17})~(\d{1,9})~(\d{1,12})~([A-Za-z0-9_.-]{1,40})$/.exec(text ?? '');
  if (found === null) return null;
  const [, micros = '', epoch = '', ordinal = '', serial = ''] = found;
  const occurredAtMs = Number(micros) / 1_000;
  if (Math.abs(occurredAtMs) > 8.64e15) return null;
  return { occurredAtMs, serial, epoch: Number(epoch), ordinal: Number(ordinal) };
}

/** Kinds of filters that were used, for the audit log: never what they said of a person. */
export function auditFacts({ asked, days }: Search): Readonly<Record<string, unknown>> {
  const { pegawai, pin, mesin, opd } = asked;
  const filters = [pegawai && 'person', pin && 'pin', mesin && 'terminal', opd && 'office'].filter(Boolean);
  return { filters, days };
}

/** The address of a search, with other values in it. */
export function addressOf(path: string, asked: Asked, changes: Partial<Asked> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...asked, ...changes })) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The days of offices that a search speaks of. */
export function daysOf({ officeCodes, fromDay, toDay, days }: Search) {
  const none = { officeCodes: [], fromDay: '2000-01-01', toDay: '2000-01-01' };
  return days === 0 ? none : { officeCodes, fromDay, toDay };
}
