/** A gateway's pages with two offices, hostile names in both, and somebody of every kind before the door. */
import { request as rawRequest } from 'node:http';
import { sql } from 'kysely';
import { createReaders } from '../../src/accounts/readers.ts';
import { newSecret, secretHash } from '../../src/accounts/secrets.ts';
import { clockPort } from '../../src/gateway/clock-port.ts';
import { silentLog } from '../../src/log.ts';
import { writeAudit } from '../../src/store/audit-log.ts';
import type { Database } from '../../src/store/database.ts';
import { openIncident } from '../../src/store/incidents.ts';
import { addPin } from '../../src/store/people.ts';
import { createToken } from '../../src/store/web-sessions.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { type Person, person, signedIn } from '../accounts/tools.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { setupPortOver } from '../tools/setup-port.ts';
import { dinkesPerson } from './routes.ts';

/** Monday noon in Makassar. */
export const nowMs = Date.parse('2026-03-02T04:00:00Z');
/** What somebody who owns a terminal, or its place in the configuration, would call it. */
export const script = '<script>alert(1)</script>';
const zone = 'Asia/Makassar';
export const kominfo = { code: 'kominfo', name: `Kominfo "><img src=x onerror=alert(2)>`, timeZone: zone };
export const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: zone };
/** Nothing of this may reach somebody of `kominfo`. */
export const foreign = /Dinas Kesehatan|DIN1|Gudang|70002|rahasia-dinkes/;

export interface Siege {
  readonly web: Web;
  readonly sessions: Readonly<Record<'operator' | 'hr' | 'viewer' | 'other', string>>;
  readonly tokens: Readonly<Record<'all' | 'manager', string>>;
  as(who: keyof Siege['sessions'] | 'nobody'): Person;
}

/** What a file says beside the offices and machines of the database. */
const yaml = `web: { setupNetworks: [ "10.0.0.0/8" ] }
offices:
  - { code: kominfo, name: Dinas Kominfo, timeZone: ${zone}, terminals: [ { name: Lobi, host: 10.10.1.21 } ] }`;

/** `other` is an HR admin of `kominfo`; what belongs to `dinkes` is not theirs. */
export async function besiege(database: Database): Promise<Siege> {
  await putOffices(database, [kominfo, dinkes]);
  const machines = [
    { officeCode: 'kominfo', terminalName: script, serial: 'KOM1' },
    { officeCode: 'dinkes', terminalName: 'Gudang', serial: 'DIN1' },
  ];
  await putMachines(database, machines, nowMs);
  const at = (minute: number) => ({ atMs: nowMs - minute * 60_000, pin: `7000${minute}` });
  await putPunches(database, { office: kominfo, serial: 'KOM1', terminalName: script }, [at(3)], nowMs);
  await putPunches(database, { office: dinkes, serial: 'DIN1', terminalName: 'Gudang' }, [at(2)], nowMs);
  await writeAudit(database.db, {
    actorKind: 'gateway',
    actor: 'gateway',
    action: 'test.note',
    subject: 'rahasia-dinkes',
    officeCode: 'dinkes',
  });
  await database.db.transaction().execute((tx) =>
    openIncident(tx, {
      kind: 'lost',
      officeCode: 'dinkes',
      terminalName: 'Gudang',
      place: '',
      sinceMs: nowMs - 3_600_000,
      words: 'rahasia-dinkes',
      by: { actorKind: 'account', actor: 'budi', actorName: 'budi' },
      atMs: nowMs,
    }),
  );
  await sql`
    insert into person (person_id, name, office_code) values (${dinkesPerson}, 'Budi rahasia-dinkes', 'dinkes')`.execute(
    database.db,
  );
  const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
  await addPin(database.db, { personId: dinkesPerson, officeCode: 'dinkes', serial: 'DIN1', pin: '70002', ...always });
  const sessions = {
    operator: await signedIn(database, 'budi', 'operator'),
    hr: await signedIn(database, 'siti', 'hr'),
    viewer: await signedIn(database, 'bupati', 'viewer'),
    other: await signedIn(database, 'rina', 'hr', 'kominfo'),
  };
  const token = async (name: string, scopes: readonly string[]): Promise<string> => {
    const secret = newSecret();
    await createToken(database.db, {
      name,
      scopes,
      tokenHash: secretHash(secret),
      officeCode: null,
      createdBy: 'test',
      validDays: null,
    });
    return secret;
  };
  const tokens = {
    all: await token('all', ['board.view', 'attendance.view']),
    manager: await token('manager', ['account.manage']),
  };
  const log = silentLog();
  const setup = await setupPortOver(database, yaml, log);
  const web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: createReaders(database, [], () => performance.now()),
    proxies: ['127.0.0.1'],
    nowMs: () => nowMs,
    clocks: clockPort(database, () => nowMs),
    setup,
  });
  const close = async (): Promise<void> => {
    await web.close();
    await setup.plan.close();
  };
  return {
    web: { ...web, close },
    sessions,
    tokens,
    as: (who) => person(web.url, who === 'nobody' ? undefined : sessions[who]),
  };
}

/** A request that no browser would send: the path goes out as it is. */
export function raw(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = rawRequest(
      { hostname, port, path, method, headers: { host: `${hostname}:${port}`, ...headers } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => {
          body += text;
        });
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      },
    );
    asked.once('error', reject);
    asked.end();
  });
}
