/** A small database in which the examples of the API are true, and the gateway's pages over it, with a clock that stands. */
import { sql } from 'kysely';
import { clockPort } from '../../../src/gateway/clock-port.ts';
import { silentLog } from '../../../src/log.ts';
import { writeAudit } from '../../../src/store/audit-log.ts';
import type { Database } from '../../../src/store/database.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { startWeb } from '../../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../../tools/board-rows.ts';
import { mightySystem, readersByName } from '../../tools/everybody.ts';
import { setupPortOver } from '../../tools/setup-port.ts';

/** Monday noon in Makassar. */
export const nowMs = Date.parse('2026-03-02T04:00:00Z');
const timeZone = 'Asia/Makassar';
export const kominfo = { code: 'kominfo', name: 'Dinas Kominfo', timeZone };
const yaml = `web: { setupNetworks: [ "10.0.0.0/8" ] }
offices:
  - { code: kominfo, name: Dinas Kominfo, timeZone: ${timeZone}, terminals: [ { name: Lobi, host: 10.10.1.21, serial: CKJ1 } ] }`;

/** Starts it. Whoever sends the token `uji` may do everything. */
export async function startExampleWorld(database: Database) {
  await fill(database);
  const log = silentLog();
  const setup = await setupPortOver(database, yaml, log);
  const web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: readersByName({ uji: mightySystem }),
    nowMs: () => nowMs,
    clocks: clockPort(database, () => nowMs),
    setup,
  });
  return {
    url: web.url,
    async close(): Promise<void> {
      await web.close();
      await setup.plan.close();
    },
  };
}

async function fill(database: Database): Promise<void> {
  const { db } = database;
  const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone };
  await putOffices(database, [kominfo, dinkes]);
  const machines = [
    { officeCode: 'kominfo', terminalName: 'Lobi', serial: 'CKJ1', lastReadMs: Date.parse('2026-03-02T01:02:03Z') },
    { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ2' },
  ];
  await putMachines(database, machines, nowMs);
  const punchedMs = Date.parse('2026-03-02T00:31:04Z');
  const punch = { atMs: punchedMs, pin: '1023', punchState: 0 };
  const receivedMs = Date.parse('2026-03-02T00:32:00Z');
  await putPunches(database, { office: kominfo, serial: 'CKJ1', terminalName: 'Lobi' }, [punch], receivedMs);
  await putPunches(database, { office: dinkes, serial: 'CKJ2', terminalName: 'Lobi' }, [punch], receivedMs);
  await writeAudit(db, { actorKind: 'account', actor: 'budi', action: 'account.create', subject: 'siti' });
  for (const statement of rows) await statement.execute(db);
}

/** What people and the gateway's watches leave behind, with the numbers and instants that the examples have. */
const rows = [
  sql`insert into person (person_id, name, nip, office_code)
      values ('6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10', 'Budi Santoso', '198001012005011001', 'kominfo')`,
  sql`insert into person_pin (person_id, office_code, pin, from_at, until_at)
      values ('6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10', 'kominfo', '1023', '-infinity', 'infinity')`,
  sql`insert into account (login, name, role, password_hash, created_at, created_by)
      values ('siti', 'Siti Rahma', 'hr', 'none', '2026-03-02T01:00:00Z', 'budi')`,
  sql`insert into api_token (token_id, name, token_sha256, scopes, created_at, created_by)
      values ('01234567-89ab-4cde-8f01-23456789abcd', 'e-kinerja', sha256('x'), '{attendance.view}', '2026-03-02T01:00:00Z', 'budi')`,
  sql`insert into alert (alert_id, alert_key, kind, severity, office_code, since_at, opened_at, facts) overriding system value
      values (7, 'office-dark dinkes', 'office-dark', 'critical', 'dinkes', '2026-03-02T00:31:04Z', '2026-03-02T01:01:30Z', '{"machines": 4}')`,
  sql`insert into alert_message (channel, body, sent_at) values ('email', '{}', '2026-03-02T01:02:00Z')`,
  sql`insert into incident (number, kind, office_code, terminal_name, serial, since_at, words, opened_by, opened_at, last_step_at)
      overriding system value
      values (7, 'lost', 'dinkes', 'Lobi', 'CKJ2', '2026-03-02T00:00:00Z', 'Pagi ini sudah tidak ada.', 'account', '2026-03-02T03:00:00Z', '2026-03-02T03:00:00Z')`,
  sql`insert into completeness (office_code, day, state, reasons, terminals, terminals_read, records, not_final, gaps, after_close, content, revision, change, computed_at)
      values ('kominfo', '2026-03-02', 'not-yet', '[]', 3, 2, 412, 0, 0, 0, 1, 9, 1, '2026-03-02T01:00:20Z')`,
  sql`insert into terminal_outage (kind, office_code, terminal_name, serial, from_at, failed_at, detected_by, first_error_code, last_error_code)
      values ('terminal', 'kominfo', 'Lobi', 'CKJ1', '2026-03-02T01:00:00Z', '2026-03-02T01:01:00Z', 'uji', 'NET_CONNECT_TIMEOUT', 'NET_CONNECT_TIMEOUT')`,
];
