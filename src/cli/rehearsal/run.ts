/**
 * A rehearsal: one office as it is configured, on simulated terminals. A world of its own: folder, database, broker and
 * page; nothing of it can reach real data (docs/decisions/0015-setup.md).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { zoneOffsetMs } from '../../clock/zone.ts';
import { type Config, checkConfig, type OfficeConfig, rehearsalPrefix } from '../../config.ts';
import type { Log } from '../../log.ts';
import type { Lang } from '../../words/language.ts';
import { startSimulatedFleet } from '../demo/simulator.ts';
import type { PlacedTerminal } from '../demo/world.ts';
import type { Lifetime } from '../lifetime.ts';
import { rehearsalFolder } from './place.ts';

/** What is rehearsed, and where. */
export interface RehearsalOptions {
  readonly office: OfficeConfig;
  /** Of the gateway; the rehearsal makes a folder of its own in it. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly people: number;
  readonly lang: Lang;
}

/** A running rehearsal. */
export interface RunningRehearsal {
  readonly pageUrl: string;
  readonly firstLink: string | null;
  readonly serials: readonly string[];
}

/** People come in over this time, as in the demo. */
const rushMs = 45_000;

/**
 * Starts one; its parts are stopped with `life`.
 *
 * @returns null when `life` ended meanwhile
 * @throws GerbangError as starting a gateway and an embedded database do
 */
export async function startRehearsal(
  options: RehearsalOptions,
  life: Lifetime,
  log: Log,
): Promise<RunningRehearsal | null> {
  const { office, people, lang } = options;
  const { startEmbeddedPostgres } = await import('../../store/embedded-postgres.ts');
  const { startGateway } = await import('../../gateway.ts');
  const dataDir = rehearsalFolder(options.dataDir, office.code);
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: () => undefined });
  life.onStop(() => postgres.stop());
  if (life.signal.aborted) return null;
  const fleet = await startFleetOf(office, join(dataDir, 'terminals'));
  life.onStop(() => fleet.stop());
  if (life.signal.aborted) return null;
  // No broker, no Redis, no webhook of the real gateway: practice is told to nobody.
  const gateway = await startGateway({
    config: rehearsalConfig(office, fleet.terminals, options),
    databaseUrl: postgres.gatewayUrl,
    ownerUrl: postgres.url,
    exclusiveDatabase: true,
    lang,
    rehearsal: true,
    // Whoever signs in here stays signed in on the real page of the same host.
    cookieName: 'gerbang_gladi',
    folders: [dataDir],
    log,
    signal: life.signal,
  });
  life.onStop(() => gateway.stop());
  await fleet.startPeople({ people, seed: 1, terminalsPerOffice: fleet.terminals.length, rushMs });
  const serials = fleet.terminals.map(({ serial }) => serial);
  return { pageUrl: gateway.pageUrl, firstLink: gateway.firstLink, serials };
}

async function startFleetOf(office: OfficeConfig, folder: string) {
  await mkdir(folder, { recursive: true });
  const terminals = Math.max(1, office.terminals.length);
  const zoneOffsetMinutes = zoneOffsetMs(office.timeZone, Date.now()) / 60_000;
  return startSimulatedFleet({
    terminals,
    seed: 1,
    scenario: {
      description: 'gerbang rehearse',
      defaults: { clock: { zoneOffsetMinutes }, users: 40 },
      terminals: Array.from({ length: terminals }, (_, at) => ({ serial: rehearsalSerial(office.code, at) })),
      events: [],
    },
    ledgerFile: join(folder, 'ledger.ndjson'),
    stateFile: join(folder, 'clocks.json'),
  });
}

/** Serials that no gateway of real data takes. At most 32 characters. */
export function rehearsalSerial(officeCode: string, at: number): string {
  return `${rehearsalPrefix}${officeCode.slice(0, 20)}-${String(at + 1).padStart(4, '0')}`;
}

/** The office's own settings; only where its machines stand is another matter, and no real network is searched. */
export function rehearsalConfig(
  office: OfficeConfig,
  placed: readonly PlacedTerminal[],
  page: { readonly host: string; readonly port: number },
): Config {
  const terminals = placed.map(({ serial, host, port: at }, index) => {
    const { name = 'Mesin gladi' } = office.terminals[index] ?? {};
    return { name, host, port: at, serial };
  });
  const name = `Gladi · ${office.name}`.slice(0, 120);
  const rehearsed = { ...office, name, searchRange: [], terminals };
  const web = { host: page.host, port: page.port };
  const checked = checkConfig(JSON.stringify({ offices: [rehearsed], web }), {}, { simulated: true });
  if (checked.faults !== null) throw new Error(`The rehearsal's own file is faulty: ${JSON.stringify(checked.faults)}`);
  return checked.value;
}
