/** Which machines a list shows: filtered, the worst first, a page at a time behind a key. Pure. */
import type { Reader } from '../../accounts/permissions.ts';
import { seesOffice } from '../../accounts/permissions.ts';
import type { Board, BoardMachine, BoardOffice } from '../board.ts';
import { type Mark, severity } from '../mark.ts';

/** Machines of one page. */
export const perPage = 60;

export interface ListFilter {
  readonly search: string;
  readonly officeCode: string | null;
  readonly mark: Mark | null;
  /** Only machines with an open report. */
  readonly reported: boolean;
  /** Only what stands behind this machine in the order of the list. */
  readonly after: string | null;
}

export interface ListedMachine {
  readonly office: BoardOffice;
  readonly machine: BoardMachine;
}

/** The key of a machine in the order of the list: worst first, then office and name. */
export function keyOfListed({ office, machine }: ListedMachine): string {
  return `${severity(machine.mark).toString().padStart(2, '0')} ${office.code} ${machine.name}`;
}

/** @returns one more than `limit` where there are more */
export function listMachines(
  board: Board,
  reader: Reader,
  filter: ListFilter,
  limit = perPage,
): { readonly rows: readonly ListedMachine[]; readonly total: number; readonly more: boolean } {
  const wanted = filter.search.trim().toLowerCase();
  const found = board.offices
    .filter(({ code }) => seesOffice(reader, code) && (filter.officeCode === null || filter.officeCode === code))
    .flatMap((office) => office.machines.map((machine) => ({ office, machine })))
    .filter(({ machine }) => filter.mark === null || machine.mark === filter.mark)
    .filter(({ machine }) => !filter.reported || machine.reports.length > 0)
    .filter((listed) => wanted === '' || textOf(listed).includes(wanted))
    .map((listed) => ({ ...listed, key: keyOfListed(listed) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { after } = filter;
  const behind = after === null ? found : found.filter(({ key }) => key > after);
  return { rows: behind.slice(0, limit), total: found.length, more: behind.length > limit };
}

/** Where a serial stands, as far as this reader may know; null when nowhere. */
export function placeOfSerial(board: Board, reader: Reader, serial: string): ListedMachine | null {
  for (const office of board.offices) {
    const machine = office.machines.find((one) => one.serial === serial);
    if (machine !== undefined && seesOffice(reader, office.code)) return { office, machine };
  }
  return null;
}

function textOf({ office, machine }: ListedMachine): string {
  return [machine.name, office.name, office.code, machine.serial ?? '', machine.address].join('\n').toLowerCase();
}
