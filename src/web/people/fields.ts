/** One person, one PIN, as they are typed or stand in a file: checked the same way everywhere. */
import { dayRange } from '../../clock/zone.ts';
import type { PeopleFault } from '../../words/people.ts';
import { isDay } from '../attendance/search.ts';

/** What was typed; empty for what was left out. */
export interface TypedLine {
  readonly nip: string;
  readonly nama: string;
  readonly opd: string;
  readonly pin: string;
  readonly mesin: string;
  readonly sejak: string;
  readonly sampai: string;
}

/** The same, checked. */
export interface CheckedLine {
  readonly name: string;
  readonly nip: string | null;
  readonly officeCode: string;
  readonly pin: {
    readonly serial: string | null;
    readonly pin: string;
    readonly fromMs: number;
    readonly untilMs: number;
  } | null;
}

/**
 * Checks a line.
 *
 * @param zones time zones by the codes of offices that may be used
 */
export function checkLine(line: TypedLine, zones: ReadonlyMap<string, string>): CheckedLine | PeopleFault {
  const nip = line.nip.replace(/[\s.'-]/g, '');
  if (/e\+/i.test(line.nip)) return 'faultExcel';
  if (nip !== '' && !isNip(nip)) return 'faultNip';
  if (line.nama === '' || line.nama.length > 120) return 'faultName';
  const zone = zones.get(line.opd);
  if (zone === undefined) return 'faultOffice';
  const person = { name: line.nama, nip: nip === '' ? null : nip, officeCode: line.opd };
  if (line.pin === '') return { ...person, pin: null };
  if (!/^[\w.-]{1,24}$/.test(line.pin)) return 'faultPin';
  if (line.mesin !== '' && !/^[A-Za-z0-9_.-]{1,40}$/.test(line.mesin)) return 'faultMachine';
  const span = spanOf(line.sejak, line.sampai, zone);
  if (span === null) return 'faultDay';
  return { ...person, pin: { serial: line.mesin === '' ? null : line.mesin, pin: line.pin, ...span } };
}

/** Both days included; empty for always. Null for days that cannot be. */
export function spanOf(from: string, until: string, zone: string): { fromMs: number; untilMs: number } | null {
  if ((from !== '' && !isDay(from)) || (until !== '' && !isDay(until))) return null;
  const fromMs = from === '' ? Number.NEGATIVE_INFINITY : dayRange(zone, from).fromMs;
  const untilMs = until === '' ? Number.POSITIVE_INFINITY : dayRange(zone, until).toMs;
  return fromMs < untilMs ? { fromMs, untilMs } : null;
}

/** 18 digits that begin with a date of birth; the ninth to fourteenth are a month of appointment, or stand for a contract. */
export function isNip(text: string): boolean {
  if (!/^\d{18}$/.test(text)) return false;
  return isDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
}
