/**
 * The invented government of the demo: offices, terminals and what befalls them. Everything follows from the options, so
 * the same options are the same world at the next start.
 */

import type { ScenarioOptions } from '../../../device-sim/scenario.ts';
import type { Config } from '../../config.ts';
import { checkConfig } from '../../config.ts';

/** What `gerbang demo` was asked for. */
export interface DemoOptions {
  readonly offices: number;
  readonly terminals: number;
  readonly people: number;
  readonly seed: number;
}

/** What {@link fillRoom} needs to know as well: the codes of the offices, in order. */
export function officeCodesOf({ offices }: DemoOptions): readonly string[] {
  return Array.from({ length: offices }, (_, index) => officeAt(index).code);
}

/** Machines of the configuration that nobody can reach: one was reported broken, one is lost (room.ts). */
export const brokenPlace = 'Pos Jaga';
export const lostPlace = 'Ruang Arsip';

/** Where the simulator put one terminal. */
export interface PlacedTerminal {
  readonly serial: string;
  readonly host: string;
  readonly port: number;
}

const officeNames: readonly (readonly [code: string, name: string])[] = [
  ['kominfo', 'Dinas Komunikasi dan Informatika'],
  ['bkpsdm', 'Badan Kepegawaian dan Pengembangan SDM'],
  ['dinkes', 'Dinas Kesehatan'],
  ['disdik', 'Dinas Pendidikan dan Kebudayaan'],
  ['setda', 'Sekretariat Daerah'],
  ['bapenda', 'Badan Pendapatan Daerah'],
  ['dpupr', 'Dinas Pekerjaan Umum dan Penataan Ruang'],
  ['dukcapil', 'Dinas Kependudukan dan Pencatatan Sipil'],
  ['satpolpp', 'Satuan Polisi Pamong Praja'],
  ['dishub', 'Dinas Perhubungan'],
  ['dinsos', 'Dinas Sosial'],
  ['inspektorat', 'Inspektorat Daerah'],
];

const entranceNames = ['Lobi', 'Pintu Timur', 'Pintu Barat', 'Lantai 2', 'Aula', 'Parkir', 'Gedung B', 'Gudang'];

/** Terminals are dealt to offices in equal runs, so that neighbours in the fleet share an entrance hall. */
export function officeOf(terminalIndex: number, options: DemoOptions): number {
  return Math.min(options.offices - 1, Math.floor(terminalIndex / terminalsPerOffice(options)));
}

/** How many terminals one office has; the last office may have fewer. */
export function terminalsPerOffice(options: DemoOptions): number {
  return Math.max(1, Math.ceil(options.terminals / options.offices));
}

/**
 * The same file an operator would write, for the simulated terminals, checked by the same schema.
 *
 * @param placed where each terminal of the fleet listens, in the order of the fleet
 * @param port of the page
 */
export function demoConfig(options: DemoOptions, placed: readonly PlacedTerminal[], port: number): Config {
  const offices = Array.from({ length: options.offices }, (_, index) => ({
    ...officeAt(index),
    timeZone: 'Asia/Jakarta',
    pollEverySeconds: 5,
    terminals: [
      ...placed
        .filter((_terminal, at) => officeOf(at, options) === index)
        .map(({ serial, host, port }, at) => ({ name: entranceName(at), host, port, serial })),
      ...unreachableIn(index),
    ],
  }));
  // JSON is YAML: the demo takes the road of every other configuration.
  const checked = checkConfig(JSON.stringify({ offices, web: { port } }), {}, { simulated: true });
  if (checked.faults !== null) throw new Error(`The demo's own file is faulty: ${JSON.stringify(checked.faults)}`);
  return checked.value;
}

function officeAt(index: number): { readonly code: string; readonly name: string } {
  const [code, name] = officeNames[index % officeNames.length] ?? ['opd', 'Perangkat Daerah'];
  const round = Math.floor(index / officeNames.length);
  return round === 0 ? { code, name } : { code: `${code}-${round + 1}`, name: `${name} ${round + 1}` };
}

/** Ports that nobody listens on: discard and chargen, which no machine of today serves. */
function unreachableIn(officeIndex: number): readonly { name: string; host: string; port: number }[] {
  if (officeIndex === 1) return [{ name: brokenPlace, host: '127.0.0.1', port: 9 }];
  return officeIndex === 2 ? [{ name: lostPlace, host: '127.0.0.1', port: 19 }] : [];
}

function entranceName(at: number): string {
  const name = entranceNames[at % entranceNames.length] ?? 'Mesin';
  const round = Math.floor(at / entranceNames.length);
  return round === 0 ? name : `${name} ${round + 1}`;
}

/** Another world has other serials: their logs must never meet in one database. */
function serialOf(at: number, options: DemoOptions): string {
  return `SIM${options.seed}.${options.offices}.${options.terminals}-${String(at + 1).padStart(4, '0')}`;
}

/** Seconds after the start; `--for` stops the punches later than the last of them. */
const timeline = { resetAt: 18, offlineAt: 12, onlineAgainAt: 30 } as const;

/**
 * What befalls the terminals: one loses its clock's battery and wakes in the year 2000, one is off the network for a
 * while, one answers slowly, as over a mobile link.
 */
export function demoScenario(options: DemoOptions): ScenarioOptions {
  const last = options.terminals - 1;
  const events: ScenarioOptions['events'] = [];
  if (options.terminals > 1) events.push({ do: 'reset-clock', atSeconds: timeline.resetAt, terminal: 1 });
  if (options.terminals > 2) {
    events.push({ do: 'offline', atSeconds: timeline.offlineAt, terminal: last });
    events.push({ do: 'online', atSeconds: timeline.onlineAgainAt, terminal: last });
  }
  return {
    description: 'gerbang demo',
    defaults: { clock: { zoneOffsetMinutes: 7 * 60 }, users: 40 },
    terminals: Array.from({ length: options.terminals }, (_, at) => ({
      serial: serialOf(at, options),
      ...(at === 3 ? { knobs: { rttMs: 60, rttJitterMs: 20 } } : {}),
    })),
    events,
  };
}
