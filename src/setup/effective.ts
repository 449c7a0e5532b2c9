/**
 * The setup that counts: `gerbang.yaml` and what the database holds beside it. Pure. The file always wins; what of the
 * database contradicts it is left out and told, and never stops a gateway.
 */
import type { z } from 'zod';
import {
  type Config,
  describeValue,
  isSimulatedSerial,
  isWithin,
  type Network,
  type OfficeConfig,
  officeSchema,
  parseNetwork,
  type TerminalConfig,
  terminalSchema,
} from '../config.ts';
import type { Managed, ManagedOffice, ManagedTerminal } from '../store/setup.ts';
import type { Bilingual } from '../words/language.ts';
import { type SetupTrouble, setupTroubles } from '../words/setup-troubles.ts';
import { type KeyBox, placeOfKey } from './key-box.ts';

/** What is wrong with one office or machine of the database. */
export interface SetupFault {
  readonly officeCode: string;
  /** Null for the office itself. */
  readonly terminalName: string | null;
  /** The field at fault as `gerbang.yaml` calls it: `host`, `clock.quietHours`, `networks`. */
  readonly field: string;
  readonly text: Bilingual;
}

/** The setup of one moment. */
export interface Effective {
  readonly revision: number;
  readonly offices: readonly OfficeConfig[];
  readonly byCode: ReadonlyMap<string, OfficeConfig>;
  /** What of the database does not take part. */
  readonly leftOut: readonly SetupFault[];
  /** Machines that take part without their comm key, because it cannot be opened here. */
  readonly keyless: readonly SetupFault[];
  /** Machines of the database by `host:port`: they are connected to only where their office's networks allow it. */
  readonly managedAt: ReadonlyMap<string, string>;
  /** Places of the database, as {@link placeText} writes them. */
  readonly managedPlaces: ReadonlySet<string>;
  /** The networks of an office. */
  networksOf(officeCode: string): readonly Network[];
}

/** What putting together goes by. */
export interface EffectiveMeans {
  readonly file: Config;
  /** Null: comm keys cannot be opened here. */
  readonly keys: KeyBox | null;
  /** Practice: simulated serials are what is wanted. */
  readonly rehearsal: boolean;
}

/** One text for a place. */
export function placeText(officeCode: string, terminalName: string): string {
  return JSON.stringify([officeCode, terminalName]);
}

const maxOffices = 5_000;
const maxTerminals = 1_000;

interface Building {
  readonly means: EffectiveMeans;
  readonly offices: Map<string, OfficeConfig & { readonly terminals: TerminalConfig[] }>;
  readonly addresses: Set<string>;
  readonly serials: Set<string>;
  readonly keyless: SetupFault[];
  readonly managedAt: Map<string, string>;
  readonly managedPlaces: Set<string>;
}

/** Puts both together. */
export function effectiveOf(means: EffectiveMeans, managed: Managed): Effective {
  const { file } = means;
  const building: Building = {
    means,
    offices: new Map(file.offices.map((office) => [low(office.code), { ...office, terminals: [...office.terminals] }])),
    addresses: new Set(file.offices.flatMap(({ terminals }) => terminals.map(addressOf))),
    serials: new Set(
      file.offices.flatMap(({ terminals }) => terminals.flatMap(({ serial }) => low(serial ?? '') || [])),
    ),
    keyless: [],
    managedAt: new Map(),
    managedPlaces: new Set(),
  };
  const networksOf = networksBy(file, managed);
  const leftOut = [
    ...managed.offices.flatMap((office) => addOffice(building, office, networksOf(office.code))),
    ...managed.terminals.flatMap((terminal) => addTerminal(building, terminal)),
  ];
  const offices = [...building.offices.values()];
  return {
    revision: managed.revision,
    offices,
    byCode: new Map(offices.map((office) => [office.code, office])),
    leftOut,
    keyless: building.keyless,
    managedAt: building.managedAt,
    managedPlaces: building.managedPlaces,
    networksOf,
  };
}

/** Networks of an office, its own where it has some, within the general ones always. */
function networksBy(file: Config, managed: Managed): (officeCode: string) => readonly Network[] {
  const general = file.web.setupNetworks.flatMap((text) => parseNetwork(text) ?? []);
  const own = new Map(
    [...managed.networks].map(([code, texts]) => [code, texts.flatMap((text) => parseNetwork(text) ?? [])]),
  );
  return (officeCode) => own.get(officeCode)?.filter((network) => isWithin(network, general)) ?? general;
}

/** Adds an office, or says why not. */
function addOffice(building: Building, office: ManagedOffice, networks: readonly Network[]): readonly SetupFault[] {
  const { code, name, timeZone, settings } = office;
  const fault = (field: string, text: Bilingual): SetupFault => ({ officeCode: code, terminalName: null, field, text });
  if (building.offices.has(low(code))) return [fault('code', setupTroubles['office-twice'])];
  if (building.offices.size >= maxOffices) return [fault('code', setupTroubles['too-many'])];
  const parsed = officeSchema.safeParse({ ...settings, code, name, timeZone, terminals: [] });
  if (!parsed.success) return issuesOf(parsed.error, officeSchema).map(([field, text]) => fault(field, text));
  const astray = parsed.data.searchRange.some((range) => {
    const network = parseNetwork(range);
    return network === null || !isWithin(network, networks);
  });
  if (astray) return [fault('searchRange', setupTroubles['network-outside'])];
  building.offices.set(low(code), { ...parsed.data, terminals: [] });
  return [];
}

/** Adds a machine to its office, or says why not. */
function addTerminal(building: Building, terminal: ManagedTerminal): readonly SetupFault[] {
  const { means, offices, addresses, serials } = building;
  const { officeCode, name, host, port, serial, driver, transport, quirks, sealedCommKey } = terminal;
  const at = (field: string, text: Bilingual): SetupFault => ({ officeCode, terminalName: name, field, text });
  const leave = (field: string, trouble: SetupTrouble): readonly SetupFault[] => [at(field, setupTroubles[trouble])];
  const office = offices.get(low(officeCode));
  if (office === undefined || office.code !== officeCode) return leave('office', 'office-missing');
  if (office.terminals.some((other) => low(other.name) === low(name))) return leave('name', 'terminal-twice');
  if (office.terminals.length >= maxTerminals) return leave('name', 'too-many');
  const opened = sealedCommKey === null ? null : means.keys?.open(sealedCommKey, placeOfKey(officeCode, name));
  const parsed = terminalSchema.safeParse({
    ...{ name, host, port, driver, transport, quirks },
    ...(serial === null ? {} : { serial }),
    ...(typeof opened === 'string' ? { commKey: opened } : {}),
  });
  if (!parsed.success) return issuesOf(parsed.error, terminalSchema).map(([field, text]) => at(field, text));
  const address = addressOf(parsed.data);
  if (addresses.has(address)) return leave('host', 'address-twice');
  if (serial !== null && serials.has(low(serial))) return leave('serial', 'serial-twice');
  if (serial !== null && !means.rehearsal && isSimulatedSerial(serial)) return leave('serial', 'serial-simulated');
  if (sealedCommKey !== null && typeof opened !== 'string')
    building.keyless.push(at('commKey', setupTroubles['key-unreadable']));
  addresses.add(address);
  if (serial !== null) serials.add(low(serial));
  building.managedAt.set(address, officeCode);
  building.managedPlaces.add(placeText(officeCode, name));
  office.terminals.push(parsed.data);
  return [];
}

/** Field and what is allowed there. Values are not repeated: one of them is a comm key. */
function issuesOf(error: z.ZodError, schema: z.ZodType): readonly (readonly [field: string, text: Bilingual])[] {
  return error.issues.map((issue) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    const names = path.filter((step) => typeof step === 'string');
    const allowed = describeValue(schema, path);
    const text: Bilingual =
      allowed === null
        ? { id: 'Tidak dikenal.', en: 'Not known.' }
        : { id: `Isi dengan: ${allowed.id}.`, en: `Allowed: ${allowed.en}.` };
    return [names.join('.'), text];
  });
}

/** As pollers compare addresses. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${low(host)}:${port}`;
}

function low(text: string): string {
  return text.toLowerCase();
}
