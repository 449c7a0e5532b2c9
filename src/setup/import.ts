/** From a CSV to wishes, line by line, and the present setup as a CSV. */

import type { OfficeConfig } from '../config.ts';
import type { Managed, ManagedTerminal } from '../store/setup.ts';
import type { Bilingual } from '../words/language.ts';
import { setupWords } from '../words/setup.ts';
import type { SetupWish } from './change.ts';
import { parseCsv, writeCsv } from './csv.ts';
import type { KeyBox } from './key-box.ts';

/** What a CSV holds. */
export type ImportKind = 'offices' | 'machines';

/** One line of a CSV. */
export interface ImportLine {
  readonly line: number;
  readonly officeCode: string;
  /** Null for an office. */
  readonly terminalName: string | null;
  readonly wish: SetupWish | null;
  /** Why there is no wish. */
  readonly reason: Bilingual | null;
}

/** All lines, or why the CSV as a whole cannot be used. */
export type Imported = { readonly lines: readonly ImportLine[] } | { readonly fault: Bilingual };

const maxLines = 2_000;

/** Names by which columns are known; the first is written at export. */
const columns: Readonly<Record<ImportKind, Readonly<Record<string, readonly string[]>>>> = {
  offices: {
    code: ['kode', 'code'],
    name: ['nama', 'name'],
    timeZone: ['zona_waktu', 'time_zone', 'timezone', 'zona'],
    networks: ['jaringan', 'networks'],
    pollEverySeconds: ['jarak_baca_detik', 'poll_every_seconds'],
  },
  machines: {
    officeCode: ['opd', 'office', 'kode_opd'],
    name: ['nama', 'name', 'mesin'],
    host: ['alamat', 'host', 'ip'],
    port: ['port'],
    serial: ['seri', 'serial', 'nomor_seri'],
    commKey: ['comm_key', 'commkey'],
    driver: ['driver'],
    transport: ['transport'],
  },
};
const needed: Readonly<Record<ImportKind, readonly string[]>> = {
  offices: ['code', 'name', 'timeZone'],
  machines: ['officeCode', 'name', 'host'],
};

/** Reads a CSV. Columns that are left out keep what is saved; a comm key is kept unless one is written. */
export function importCsv(text: string, kind: ImportKind, now: Managed, keys: KeyBox | null): Imported {
  const rows = parseCsv(text);
  if (rows === null) return { fault: setupWords['csv-quote'] };
  const [head, ...body] = rows;
  if (head === undefined || body.length === 0) return { fault: setupWords['csv-empty'] };
  if (body.length > maxLines) return { fault: setupWords['csv-long'] };
  const known = columns[kind];
  const named = head.cells.map((cell) => {
    const name = cell.toLowerCase().replaceAll(' ', '_');
    return Object.keys(known).find((key) => known[key]?.includes(name)) ?? null;
  });
  if (named.includes(null) || needed[kind].some((key) => !named.includes(key))) {
    const names = needed[kind].map((key) => known[key]?.[0]).join(', ');
    const { id, en } = setupWords['csv-columns'];
    return { fault: { id: `${id} ${names}.`, en: `${en} ${names}.` } };
  }
  const seen = new Set<string>();
  return {
    lines: body.map(({ line, cells }): ImportLine => {
      const cell = (key: string): string | null => {
        const at = named.indexOf(key);
        return at < 0 ? null : (cells[at] ?? '');
      };
      const wish = kind === 'offices' ? officeWish(cell, now) : terminalWish(cell, now, keys);
      const officeCode = cell(kind === 'offices' ? 'code' : 'officeCode') ?? '';
      const terminalName = kind === 'offices' ? null : (cell('name') ?? '');
      const identity = JSON.stringify([officeCode, terminalName]);
      const twice = seen.has(identity);
      seen.add(identity);
      return {
        line,
        officeCode,
        terminalName,
        wish: twice ? null : wish,
        reason: twice ? setupWords['csv-twice'] : null,
      };
    }),
  };
}

type Cell = (key: string) => string | null;

function officeWish(cell: Cell, now: Managed): SetupWish {
  const code = cell('code') ?? '';
  const known = now.offices.find((office) => office.code === code);
  const poll = cell('pollEverySeconds');
  const settings = { ...known?.settings, ...(poll === null || poll === '' ? {} : { pollEverySeconds: poll }) };
  const networks = cell('networks');
  return {
    do: 'put-office',
    office: { code, name: cell('name') ?? '', timeZone: zoneNamed(cell('timeZone') ?? ''), settings },
    ...(networks === null ? {} : { networks: networks.split(/[\s|]+/).filter((one) => one !== '') }),
  };
}

/** People know zones by their letters. */
function zoneNamed(text: string): string {
  const zones: Readonly<Record<string, string>> = { WIB: 'Asia/Jakarta', WITA: 'Asia/Makassar', WIT: 'Asia/Jayapura' };
  return zones[text.toUpperCase()] ?? text;
}

function terminalWish(cell: Cell, now: Managed, keys: KeyBox | null): SetupWish {
  const officeCode = cell('officeCode') ?? '';
  const name = cell('name') ?? '';
  const known = now.terminals.find((one) => one.officeCode === officeCode && one.name === name);
  const or = (key: string, saved: string): string => {
    const text = cell(key);
    return text === null || text === '' ? saved : text;
  };
  const serial = cell('serial');
  const key = cell('commKey');
  return {
    do: 'put-terminal',
    terminal: {
      officeCode,
      name,
      host: cell('host') ?? '',
      port: Number(or('port', String(known?.port ?? 4370))),
      serial: serial === null ? (known?.serial ?? null) : serial === '' ? null : serial,
      driver: or('driver', known?.driver ?? 'zk'),
      transport: or('transport', known?.transport ?? 'tcp'),
      quirks: known?.quirks ?? [],
      commKey: key === null || key === '' ? 'keep' : openKey(key, keys),
    },
  };
}

const lockedMark = 'locked:';
const lockedPlace = 'csv';

/**
 * The same CSV with its comm keys locked, for a page to carry until it is applied: what was typed is not lost, and no key
 * stands in a page.
 */
export function lockKeys(text: string, keys: KeyBox | null): string {
  const rows = parseCsv(text);
  const [head] = rows ?? [];
  const at = head?.cells.findIndex((cell) =>
    columns.machines.commKey?.includes(cell.toLowerCase().replaceAll(' ', '_')),
  );
  if (rows === null || at === undefined || at < 0) return text;
  const lock = (cell: string, index: number, line: number): string =>
    index !== at || line === 0 || cell === '' || cell.startsWith(lockedMark)
      ? cell
      : keys === null
        ? ''
        : lockedMark + keys.seal(cell, lockedPlace).toString('base64url');
  return writeCsv(rows.map(({ cells }, line) => cells.map((cell, index) => lock(cell, index, line))));
}

/** What cannot be opened is no comm key, and is refused as one. */
function openKey(cell: string, keys: KeyBox | null): string {
  if (!cell.startsWith(lockedMark)) return cell;
  return keys?.open(Buffer.from(cell.slice(lockedMark.length), 'base64url'), lockedPlace) ?? 'locked';
}

/** Offices or machines of the database, as {@link importCsv} reads them. Comm keys are never in it. */
export function exportCsv(kind: ImportKind, managed: Managed): string {
  const head = Object.values(columns[kind]).map(([name = '']) => name);
  if (kind === 'offices') return writeCsv([head, ...managed.offices.map((office) => officeCells(office, managed))]);
  return writeCsv([head.filter((name) => name !== 'comm_key'), ...managed.terminals.map(terminalCells)]);
}

function officeCells({ code, name, timeZone, settings }: Managed['offices'][number], managed: Managed) {
  const poll: OfficeConfig['pollEverySeconds'] = Number(settings.pollEverySeconds ?? 60);
  return [code, name, timeZone, (managed.networks.get(code) ?? []).join(' '), poll];
}

function terminalCells({ officeCode, name, host, port, serial, driver, transport }: ManagedTerminal) {
  return [officeCode, name, host, port, serial, driver, transport];
}
