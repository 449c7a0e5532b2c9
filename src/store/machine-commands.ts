/** What people tell machines to do: asked on any page, done by the gateway that polls the office, and never too late. */
import { type Kysely, sql } from 'kysely';
import { type AuditEntry, writeAudit } from './audit-log.ts';
import type { CommandKind, CommandState } from './machine-tables.ts';
import { endOutage } from './outages.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** Rung when somebody told a machine to do something, or to rest. */
export const machinesChannel = 'gerbang_machines';

/** Facts of a result: flat, without persons. */
export type CommandResult = Readonly<Record<string, string | number | boolean | null>>;

/** One command. Instants in milliseconds UTC. */
export interface MachineCommand extends TerminalPlace {
  readonly commandId: string;
  readonly kind: CommandKind;
  readonly requestedBy: string;
  readonly requestedMs: number;
  readonly state: CommandState;
  readonly doneMs: number | null;
  readonly result: CommandResult | null;
  readonly errorCode: string | null;
}

/** A machine that rests. Instants in milliseconds UTC. */
export interface MachinePause extends TerminalPlace {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reason: string;
  readonly pausedBy: string;
  /** Null while it lasts. */
  readonly endedMs: number | null;
}

/** A command must be done within this, in milliseconds. */
export const commandWithinMs: Readonly<Record<'probe' | 'read' | 'set-clock', number>> = {
  probe: 60_000,
  read: 180_000,
  'set-clock': 180_000,
};
/** Commands kept of one place. */
const keptPerPlace = 100;
/** What runs may end a little late: its end is on its way. */
const lateMs = 30_000;

/** Asks for a command; a second one of the same kind that still waits is the same one. @returns its id */
export async function requestCommand(
  db: Kysely<Tables>,
  place: TerminalPlace,
  kind: 'probe' | 'read' | 'set-clock',
  by: string,
  audit: AuditEntry,
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`order ${JSON.stringify([place.officeCode, place.terminalName])}`}, 0))`.execute(
      tx,
    );
    const { rows: open } = await sql<{ id: string }>`
      select command_id as id from terminal_command
      where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} and kind = ${kind}
        and done_at is null and deadline_at > clock_timestamp()`.execute(tx);
    if (open[0] !== undefined) return open[0].id;
    const id = await insertCommand(tx, place, kind, by, commandWithinMs[kind], null);
    await writeAudit(tx, audit);
    await ring(tx);
    return id;
  });
}

/** Lets a machine rest until then, or longer or shorter than it was to. Ends its outage: nobody waits for it now. */
export async function pauseMachine(
  db: Kysely<Tables>,
  place: TerminalPlace,
  pause: { readonly untilMs: number; readonly reason: string; readonly by: string },
  audit: AuditEntry,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`
      insert into terminal_pause (office_code, terminal_name, until_at, reason, paused_by)
      values (${place.officeCode}, ${place.terminalName}, ${instantText(pause.untilMs)}::timestamptz, ${pause.reason},
              ${pause.by})
      on conflict (office_code, terminal_name) where ended_at is null
        do update set until_at = excluded.until_at, reason = excluded.reason, paused_by = excluded.paused_by`.execute(
      tx,
    );
    await endOutage(tx, place, 'paused', pause.by);
    await insertCommand(tx, place, 'pause', pause.by, 0, { untilMs: pause.untilMs, reason: pause.reason });
    await writeAudit(tx, audit);
    await ring(tx);
  });
}

/** Ends the rest of a machine. */
export async function resumeMachine(
  db: Kysely<Tables>,
  place: TerminalPlace,
  by: string,
  audit: AuditEntry,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`
      update terminal_pause set ended_at = greatest(clock_timestamp(), since_at), ended_by = ${by}
      where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} and ended_at is null`.execute(
      tx,
    );
    await insertCommand(tx, place, 'resume', by, 0, {});
    await writeAudit(tx, audit);
    await ring(tx);
  });
}

/** Commands for these offices that nobody has begun, now begun by `holder`. */
export async function claimCommands(
  db: Kysely<Tables>,
  officeCodes: readonly string[],
  holder: string,
  limit: number,
): Promise<readonly (MachineCommand & { readonly leftMs: number })[]> {
  const { rows } = await sql<MachineCommand & { leftMs: number }>`
    update terminal_command set state = 'running', holder = ${holder}, started_at = clock_timestamp()
    where command_id in (
      select command_id from terminal_command
      where state = 'waiting' and done_at is null and deadline_at > clock_timestamp()
        and office_code = any (${[...officeCodes]}::text[])
      order by requested_at limit ${limit} for update skip locked)
    returning ${commandColumns},
              (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as "leftMs"`.execute(db);
  return rows;
}

/** Notes what came of a command this gateway began, and tells the audit log. */
export async function finishCommand(
  db: Kysely<Tables>,
  command: MachineCommand,
  holder: string,
  end: { readonly result: CommandResult } | { readonly errorCode: string },
): Promise<void> {
  const result = 'result' in end ? JSON.stringify(end.result) : null;
  const errorCode = 'errorCode' in end ? end.errorCode : null;
  await db.transaction().execute(async (tx) => {
    await sql`
      update terminal_command
      set state = ${errorCode === null ? 'done' : 'failed'}, done_at = clock_timestamp(), result = ${result}::jsonb,
          error_code = ${errorCode}
      where command_id = ${command.commandId} and holder = ${holder} and done_at is null`.execute(tx);
    await writeAudit(tx, {
      actorKind: 'gateway',
      actor: holder,
      action: errorCode === null ? 'machine.done' : 'machine.failed',
      subject: command.terminalName,
      officeCode: command.officeCode,
      detail: { command: command.commandId, kind: command.kind, ...(errorCode === null ? {} : { code: errorCode }) },
    });
    await ring(tx);
  });
}

/** Fails what nobody did in time, and ends pauses whose time is over. */
export async function expireCommands(db: Kysely<Tables>): Promise<void> {
  await sql`
    update terminal_command set state = 'failed', done_at = clock_timestamp(), error_code = 'COMMAND_EXPIRED'
    where done_at is null
      and deadline_at < clock_timestamp() - case state when 'running' then make_interval(secs => ${lateMs / 1000}::float8)
                                                       else interval '0' end`.execute(db);
  await sql`
    update terminal_pause set ended_at = until_at, ended_by = 'gateway'
    where ended_at is null and until_at <= clock_timestamp()`.execute(db);
}

/** The last commands to a machine, newest first. */
export async function readCommands(
  db: Kysely<Tables>,
  place: TerminalPlace,
  limit = 10,
): Promise<readonly MachineCommand[]> {
  const { rows } = await sql<MachineCommand>`
    select ${commandColumns} from terminal_command
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName}
    order by requested_at desc limit ${Math.min(limit, keptPerPlace)}`.execute(db);
  return rows;
}

/** Machines that rest now, of one office or of all. */
export async function readPauses(
  db: Kysely<Tables>,
  officeCode: string | null = null,
): Promise<readonly MachinePause[]> {
  const { rows } = await sql<MachinePause>`
    select ${pauseColumns} from terminal_pause
    where ended_at is null and until_at > clock_timestamp() and (${officeCode}::text is null or office_code = ${officeCode})
    order by office_code, terminal_name`.execute(db);
  return rows;
}

/** Pauses that touch `fromMs ≤ instant < toMs`, of one office or of all, newest first. */
export async function readPausesBetween(
  db: Kysely<Tables>,
  range: { readonly fromMs: number; readonly toMs: number },
  officeCode: string | null = null,
): Promise<readonly MachinePause[]> {
  const { rows } = await sql<MachinePause>`
    select ${pauseColumns} from terminal_pause
    where since_at < ${instantText(range.toMs)}::timestamptz
      and coalesce(ended_at, until_at) > ${instantText(range.fromMs)}::timestamptz
      and (${officeCode}::text is null or office_code = ${officeCode})
    order by since_at desc limit 5000`.execute(db);
  return rows;
}

async function insertCommand(
  tx: Kysely<Tables>,
  place: TerminalPlace,
  kind: CommandKind,
  by: string,
  withinMs: number,
  done: CommandResult | null,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into terminal_command (office_code, terminal_name, kind, requested_by, deadline_at, state, done_at, result)
    values (${place.officeCode}, ${place.terminalName}, ${kind}, ${by},
            clock_timestamp() + make_interval(secs => ${withinMs / 1000}::float8),
            ${done === null ? 'waiting' : 'done'}, ${done === null ? null : sql`clock_timestamp()`},
            ${done === null ? null : JSON.stringify(done)}::jsonb)
    returning command_id as id`.execute(tx);
  await sql`
    delete from terminal_command
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} and done_at is not null
      and requested_at <= (select requested_at from terminal_command
                           where office_code = ${place.officeCode} and terminal_name = ${place.terminalName}
                           order by requested_at desc offset ${keptPerPlace} limit 1)`.execute(tx);
  return rows[0]?.id ?? '';
}

async function ring(tx: Kysely<Tables>): Promise<void> {
  await sql`select pg_notify(${machinesChannel}, '')`.execute(tx);
}

const commandColumns = sql`
  command_id as "commandId", office_code as "officeCode", terminal_name as "terminalName", kind,
  requested_by as "requestedBy", requested_at as "requestedMs", state, done_at as "doneMs", result,
  error_code as "errorCode"`;
const pauseColumns = sql`
  office_code as "officeCode", terminal_name as "terminalName", since_at as "sinceMs", until_at as "untilMs", reason,
  paused_by as "pausedBy", ended_at as "endedMs"`;
