/** Offices and machines that were added in the browser: the rows, their revision, their history. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Told to gateways after each change; they look by themselves too. */
export const setupChannel = 'gerbang_setup';

/** An office as the database holds it. `settings` is what `gerbang.yaml` would hold beside code, name and zone. */
export interface ManagedOffice {
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A machine as the database holds it. */
export interface ManagedTerminal {
  readonly officeCode: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly serial: string | null;
  readonly driver: string;
  readonly transport: string;
  readonly quirks: readonly string[];
  /** Encrypted; null for none. */
  readonly sealedCommKey: Uint8Array | null;
}

/** All of it, as of one revision. */
export interface Managed {
  readonly revision: number;
  readonly offices: readonly ManagedOffice[];
  readonly terminals: readonly ManagedTerminal[];
  /** Networks by office code, where an office has its own. */
  readonly networks: ReadonlyMap<string, readonly string[]>;
}

/** The number of the last change. */
export async function readSetupRevision(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ revision: number }>`select revision from setup_revision`.execute(db);
  return rows[0]?.revision ?? 0;
}

/** Everything in one statement, so that it is of one moment. */
export async function readManaged(db: Kysely<Tables>): Promise<Managed> {
  const { rows } = await sql<{
    revision: number;
    offices: ManagedOffice[];
    terminals: (Omit<ManagedTerminal, 'sealedCommKey'> & { sealed: string | null })[];
    networks: { code: string; networks: string[] }[];
  }>`
    select (select revision from setup_revision) as revision,
      (select coalesce(jsonb_agg(jsonb_build_object('code', code, 'name', name, 'timeZone', time_zone,
                'settings', settings) order by code), '[]') from managed_office) as offices,
      (select coalesce(jsonb_agg(jsonb_build_object('officeCode', office_code, 'name', name, 'host', host, 'port', port,
                'serial', serial, 'driver', driver, 'transport', transport, 'quirks', quirks,
                'sealed', encode(sealed_comm_key, 'base64')) order by office_code, name), '[]') from managed_terminal) as terminals,
      (select coalesce(jsonb_agg(jsonb_build_object('code', office_code, 'networks', networks)), '[]') from office_network) as networks`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('no setup revision');
  return {
    revision: row.revision,
    offices: row.offices,
    terminals: row.terminals.map(({ sealed, ...terminal }) => ({
      ...terminal,
      sealedCommKey: sealed === null ? null : Buffer.from(sealed, 'base64'),
    })),
    networks: new Map(row.networks.map(({ code, networks }) => [code, networks])),
  };
}

/** Inside a transaction: whoever else wants to change something waits until its end. Counts on, and tells gateways at the commit. */
export async function takeSetupTurn(tx: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ revision: number }>`
    with taken as (update setup_revision set revision = revision + 1 returning revision)
    select revision, pg_notify(${setupChannel}, '') from taken`.execute(tx);
  return rows[0]?.revision ?? 0;
}

export async function putManagedOffice(tx: Kysely<Tables>, office: ManagedOffice): Promise<void> {
  await sql`
    insert into managed_office (code, name, time_zone, settings)
    values (${office.code}, ${office.name}, ${office.timeZone}, ${JSON.stringify(office.settings)}::jsonb)
    on conflict (code) do update set name = excluded.name, time_zone = excluded.time_zone,
      settings = excluded.settings, updated_at = now()`.execute(tx);
}

/** @param networks empty: the office follows the general ones */
export async function putOfficeNetworks(tx: Kysely<Tables>, code: string, networks: readonly string[]): Promise<void> {
  if (networks.length === 0) await sql`delete from office_network where office_code = ${code}`.execute(tx);
  else
    await sql`
      insert into office_network (office_code, networks) values (${code}, ${[...networks]}::text[])
      on conflict (office_code) do update set networks = excluded.networks`.execute(tx);
}

export async function putManagedTerminal(tx: Kysely<Tables>, terminal: ManagedTerminal): Promise<void> {
  const { officeCode, name, host, port, serial, driver, transport, quirks, sealedCommKey } = terminal;
  const sealed = sealedCommKey === null ? null : Buffer.from(sealedCommKey);
  await sql`
    insert into managed_terminal (office_code, name, host, port, serial, driver, transport, quirks, sealed_comm_key)
    values (${officeCode}, ${name}, ${host}, ${port}, ${serial}, ${driver}, ${transport}, ${[...quirks]}::text[], ${sealed})
    on conflict (office_code, name) do update set host = excluded.host, port = excluded.port, serial = excluded.serial,
      driver = excluded.driver, transport = excluded.transport, quirks = excluded.quirks,
      sealed_comm_key = excluded.sealed_comm_key, updated_at = now()`.execute(tx);
}

/** Takes an office and its machines out of the setup. What they punched stays. */
export async function removeManagedOffice(tx: Kysely<Tables>, code: string): Promise<void> {
  await sql`delete from managed_office where code = ${code}`.execute(tx);
  await sql`delete from office_network where office_code = ${code}`.execute(tx);
}

/** Takes a machine out of the setup, and forgets which serial was learnt there: the next one is learnt anew. */
export async function removeManagedTerminal(tx: Kysely<Tables>, officeCode: string, name: string): Promise<void> {
  await sql`delete from managed_terminal where office_code = ${officeCode} and name = ${name}`.execute(tx);
  await sql`delete from terminal_pin where office_code = ${officeCode} and terminal_name = ${name}`.execute(tx);
  await sql`delete from terminal_state where office_code = ${officeCode} and terminal_name = ${name}`.execute(tx);
}

/** One line of the history. Comm keys never stand in it. */
export interface SetupChange {
  readonly revision: number;
  readonly actorKind: string;
  readonly actor: string;
  readonly kind: 'office' | 'terminal';
  readonly officeCode: string;
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Adds a line. In the transaction of the change it speaks of. */
export async function noteSetupChange(tx: Kysely<Tables>, change: SetupChange): Promise<void> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  await sql`
    insert into setup_change (revision, actor_kind, actor, kind, office_code, name, before, after)
    values (${change.revision}, ${change.actorKind}, ${change.actor}, ${change.kind}, ${change.officeCode}, ${change.name},
            ${json(change.before)}::jsonb, ${json(change.after)}::jsonb)`.execute(tx);
}

/** The latest changes, newest first. */
export async function readSetupChanges(
  db: Kysely<Tables>,
  query: { readonly officeCode?: string; readonly limit: number },
): Promise<readonly (SetupChange & { readonly changeId: number; readonly atMs: number })[]> {
  const { rows } = await sql<SetupChange & { changeId: number; atMs: number }>`
    select change_id as "changeId", revision, at as "atMs", actor_kind as "actorKind", actor, kind,
           office_code as "officeCode", name, before, after
    from setup_change
    where ${query.officeCode ?? null}::text is null or office_code = ${query.officeCode ?? null}
    order by change_id desc limit ${query.limit}`.execute(db);
  return rows;
}
