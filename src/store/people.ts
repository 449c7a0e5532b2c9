/** Who is behind which PIN, where and when. */
import { type Kysely, sql } from 'kysely';
import { dayRange } from '../clock/zone.ts';
import { GerbangError } from '../errors.ts';
import { instantText, storableText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A person as pages and the API show them. */
export interface PersonRow {
  readonly personId: string;
  readonly name: string;
  /** 18 digits; null for staff without one. */
  readonly nip: string | null;
  readonly officeCode: string;
  /** `YYYY-MM-DD`, the last day of service; null while it goes on. */
  readonly endedOn: string | null;
}

/** A PIN that means a person: on one machine, or on all of an office that have no word of their own on it. */
export interface PersonPin {
  readonly personPinId: number;
  readonly personId: string;
  readonly officeCode: string;
  /** Null for the whole office. */
  readonly serial: string | null;
  readonly pin: string;
  /** `-Infinity`: always. */
  readonly fromMs: number;
  /** Not any more from here on; `Infinity`: no end. */
  readonly untilMs: number;
}

export type NewPerson = Omit<PersonRow, 'personId'>;
export type NewPin = Omit<PersonPin, 'personPinId'>;

const personColumns = sql`person_id as "personId", name, nip, office_code as "officeCode", ended_on as "endedOn"`;
const pinColumns = sql`person_pin_id as "personPinId", person_id as "personId", office_code as "officeCode",
  terminal_serial as serial, pin, from_at as "fromMs", until_at as "untilMs"`;

/** Where a page of people begins, and whom it holds. */
export interface PeoplePage {
  /** The only office; null for all. */
  readonly officeCode: string | null;
  /** Part of a name, or the first digits of a NIP. */
  readonly search?: string;
  /** The last person of the page before. */
  readonly after?: { readonly name: string; readonly personId: string } | null;
  readonly limit: number;
}

/** People by name. */
export async function readPeople(db: Kysely<Tables>, page: PeoplePage): Promise<readonly PersonRow[]> {
  const { officeCode, search = '', after = null, limit } = page;
  const wanted = storableText(search).replace(/[\\%_]/g, '\\$&');
  const { rows } = await sql<PersonRow>`
    select ${personColumns} from person
    where (${officeCode}::text is null or office_code = ${officeCode})
      and (${search === ''}::boolean or name ilike ${`%${wanted}%`} or nip like ${`${wanted}%`})
      and (${after === null}::boolean or (name, person_id) > (${after?.name ?? ''}, ${after?.personId ?? ''}))
    order by name, person_id limit ${limit}`.execute(db);
  return rows;
}

/** One person; null for nobody. */
export async function readPerson(db: Kysely<Tables>, personId: string): Promise<PersonRow | null> {
  const { rows } = await sql<PersonRow>`
    select ${personColumns} from person where person_id = ${personId}`.execute(db);
  return rows[0] ?? null;
}

/** The PINs of people, in order of office, machine and time. */
export async function readPinsOf(db: Kysely<Tables>, personIds: readonly string[]): Promise<readonly PersonPin[]> {
  const { rows } = await sql<PersonPin>`
    select ${pinColumns} from person_pin where person_id = any (${[...personIds]}::text[])
    order by office_code, terminal_serial nulls first, pin, from_at`.execute(db);
  return rows;
}

/** How many people are known. */
export async function countPeople(db: Kysely<Tables>, officeCode: string | null): Promise<number> {
  const { rows } = await sql<{ people: number }>`
    select count(*) as people from person where ${officeCode}::text is null or office_code = ${officeCode}`.execute(db);
  return rows[0]?.people ?? 0;
}

/**
 * Makes a person known.
 *
 * @returns the new id
 * @throws GerbangError PERSON_NIP_TAKEN
 */
export async function addPerson(tx: Kysely<Tables>, person: NewPerson): Promise<string> {
  const { rows } = await named(
    sql<{ personId: string }>`
      insert into person (name, nip, office_code, ended_on)
      values (${storableText(person.name)}, ${person.nip}, ${person.officeCode}, ${person.endedOn}::date)
      returning person_id as "personId"`.execute(tx),
  );
  return rows[0]?.personId ?? '';
}

/**
 * Corrects what is known of a person.
 *
 * @throws GerbangError PERSON_NIP_TAKEN
 */
export async function changePerson(tx: Kysely<Tables>, person: PersonRow): Promise<void> {
  await named(
    sql`update person set name = ${storableText(person.name)}, nip = ${person.nip}, office_code = ${person.officeCode},
               ended_on = ${person.endedOn}::date, updated_at = now()
        where person_id = ${person.personId}`.execute(tx),
  );
}

/**
 * Says that a PIN means a person, inside the caller's transaction. Punches that are stored already are theirs at once.
 *
 * @throws GerbangError PIN_ALREADY_TAKEN when it means somebody else at that time, PIN_OUTLASTS_SERVICE
 */
export async function addPin(tx: Kysely<Tables>, pin: NewPin): Promise<void> {
  const { rows } = await named(
    sql<Service>`
        insert into person_pin (person_id, office_code, terminal_serial, pin, from_at, until_at)
        values (${pin.personId}, ${pin.officeCode}, ${pin.serial}, ${pin.pin}, ${instantText(pin.fromMs)}::timestamptz,
                ${instantText(pin.untilMs)}::timestamptz)
        returning ${serviceColumns}`.execute(tx),
  );
  refuseLonger(rows[0], pin.untilMs);
}

/**
 * Says until when a PIN means its person, inside the caller's transaction.
 *
 * @returns false when there is no such PIN of that person, or it began later
 * @throws GerbangError PIN_ALREADY_TAKEN when it means somebody else by then, PIN_OUTLASTS_SERVICE
 */
export async function endPin(
  tx: Kysely<Tables>,
  pin: { readonly personId: string; readonly personPinId: number; readonly untilMs: number },
): Promise<boolean> {
  const { rows } = await named(
    sql<Service>`
        update person_pin set until_at = ${instantText(pin.untilMs)}::timestamptz
        where person_pin_id = ${pin.personPinId} and person_id = ${pin.personId}
          and from_at < ${instantText(pin.untilMs)}::timestamptz
        returning ${serviceColumns}`.execute(tx),
  );
  refuseLonger(rows[0], pin.untilMs);
  return rows.length > 0;
}

/** The last day of service of a PIN's person, and the zone in which that day ends. */
interface Service {
  readonly endedOn: string | null;
  readonly timeZone: string;
}

const serviceColumns = sql`
  (select ended_on from person h where h.person_id = person_pin.person_id) as "endedOn",
  (select time_zone from office o where o.code = person_pin.office_code) as "timeZone"`;

function refuseLonger(service: Service | undefined, untilMs: number): void {
  if (service === undefined || untilMs <= serviceEndMs(service.endedOn, service.timeZone)) return;
  throw new GerbangError('PIN_OUTLASTS_SERVICE', 'This PIN would mean the person after the last day of service.');
}

/** When a service is over in a zone; `Infinity` while it goes on. No PIN means the person from then on. */
export function serviceEndMs(endedOn: string | null, timeZone: string): number {
  return endedOn === null ? Number.POSITIVE_INFINITY : dayRange(timeZone, endedOn).toMs;
}

/**
 * Says which day was a person's last, or with null that the service goes on; inside the caller's transaction. PINs that
 * last longer end with that day, so that others can have them; what was punched before stays the person's. PINs that have
 * ended stay so when the service goes on.
 *
 * @returns how many PINs ended; `pin-begins-later` when one begins after that day, and nothing is changed
 */
export async function endService(
  tx: Kysely<Tables>,
  personId: string,
  endedOn: string | null,
): Promise<number | 'pin-begins-later'> {
  await sql`select from person where person_id = ${personId} for update`.execute(tx);
  const { rows } = await sql<PersonPin & { readonly timeZone: string }>`
    select ${pinColumns}, (select time_zone from office o where o.code = person_pin.office_code) as "timeZone"
    from person_pin where person_id = ${personId}`.execute(tx);
  const longer = rows
    .map((pin) => ({ ...pin, endMs: serviceEndMs(endedOn, pin.timeZone) }))
    .filter(({ untilMs, endMs }) => untilMs > endMs);
  if (longer.some(({ fromMs, endMs }) => fromMs >= endMs)) return 'pin-begins-later';
  for (const { personPinId, endMs } of longer)
    await sql`update person_pin set until_at = ${instantText(endMs)}::timestamptz
              where person_pin_id = ${personPinId}`.execute(tx);
  await sql`update person set ended_on = ${endedOn}::date, updated_at = now() where person_id = ${personId}`.execute(
    tx,
  );
  return longer.length;
}

/** A PIN that never meant its person. */
export interface TakenBackPin extends PersonPin {
  readonly takenBackMs: number;
  readonly takenBackBy: string;
  readonly reason: string;
}

/**
 * Takes back a PIN that never meant that person: its punches are nobody's again. What it said is kept.
 *
 * @returns false when there is no such PIN of that person
 */
export async function takeBackPin(
  tx: Kysely<Tables>,
  pin: {
    readonly personId: string;
    readonly personPinId: number;
    /** An account's login, or a token's name. */
    readonly by: string;
    readonly reason: string;
  },
): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from person_pin where person_pin_id = ${pin.personPinId} and person_id = ${pin.personId}
      returning person_pin_id, person_id, office_code, terminal_serial, pin, from_at, until_at, created_at
    )
    insert into person_pin_taken_back (person_pin_id, person_id, office_code, terminal_serial, pin, from_at, until_at,
                                       created_at, taken_back_by, reason)
    select gone.*, ${pin.by}, ${storableText(pin.reason)} from gone
    returning person_pin_id`.execute(tx);
  return rows.length > 0;
}

/** What was taken back from a person, newest first; at most a hundred. */
export async function readPinsTakenBack(db: Kysely<Tables>, personId: string): Promise<readonly TakenBackPin[]> {
  const { rows } = await sql<TakenBackPin>`
    select ${pinColumns}, taken_back_at as "takenBackMs", taken_back_by as "takenBackBy", reason
    from person_pin_taken_back where person_id = ${personId}
    order by taken_back_at desc limit 100`.execute(db);
  return rows;
}

/** Gives the database's refusals their names, and drops what it said: a NIP would stand in it, and errors are logged. */
async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof GerbangError ? error.context.sqlState : null;
    if (code === '23505') throw new GerbangError('PERSON_NIP_TAKEN', 'Another person has this NIP already.');
    if (code === '23P01')
      throw new GerbangError('PIN_ALREADY_TAKEN', 'This PIN means another person there at that time.');
    throw error;
  }
}
