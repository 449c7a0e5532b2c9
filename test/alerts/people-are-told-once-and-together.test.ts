import { createServer } from 'node:http';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sendMail } from '../../src/alerts/mail.ts';
import { type LiveChannel, startAlertWatch } from '../../src/alerts/watch.ts';
import { silentLog } from '../../src/log.ts';
import { acknowledgeAlert, readChannels, readOpenAlerts } from '../../src/store/alerts.ts';
import { upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const minute = 60_000;
let nowMs = Date.now();
let quiet = false;

interface Mail {
  readonly subject: string;
  readonly text: string;
}
/** Encoded words of a header (RFC 2047) as text. */
function words(header: string): string {
  const joined = header.replace(/\r\n /g, ' ').replace(/\?= =\?/g, '?==?');
  return joined.replace(/=\?UTF-8\?Q\?([^?]*)\?=/g, (_all, text: string) =>
    decodeURIComponent(text.replaceAll('_', ' ').replaceAll('%', '%25').replaceAll('=', '%')),
  );
}

const mails: Mail[] = [];
let refuseMail = false;
/** A real SMTP server at the other end. */
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      if (refuseMail)
        return done(Object.assign(new Error('mailbox of kominfo@example.go.id full'), { responseCode: 452 }));
      const raw = Buffer.concat(chunks).toString('latin1');
      const subject = words(/^Subject: ((?:.*\r\n )*.*)/m.exec(raw)?.[1] ?? '');
      mails.push({ subject, text: raw.slice(raw.indexOf('\r\n\r\n')).replace(/=\r\n/g, '') });
      done();
    });
  },
});
await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
const { port } = smtp.server.address() as { port: number };
afterAll(() => new Promise<void>((resolve) => smtp.close(() => resolve())));

const target = { server: `smtp://127.0.0.1:${port}`, from: 'gerbang@example.go.id', to: ['kominfo@example.go.id'] };
const channel = (more: Partial<LiveChannel> = {}): LiveChannel => ({
  name: 'mail:kominfo',
  minSeverity: 'warning',
  offices: null,
  send: ({ id, body }) => sendMail(target, { id, subject: String(body.subject), text: String(body.text) }),
  ...more,
});

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

function watch(channels: readonly LiveChannel[]) {
  const running = startAlertWatch({
    database,
    log: silentLog(),
    nowMs: () => nowMs,
    rules: { silentMs: 30 * minute, clockOffMs: 60_000, logFullShare: 0.9, diskFreeShare: 0.1 },
    channels,
    gatherMs: 2 * minute,
    lang: 'id',
    isQuiet: () => quiet,
    timeText: (atMs) => `${new Date(atMs).toISOString().slice(11, 16)} UTC`,
    page: 'https://gerbang.example.go.id/',
    surroundings: async () => ({ queue: null, disk: null, goneHosts: [], hostErrorMs: null }),
    lookEveryMs: 3_600_000,
  });
  started.push(running);
  return running;
}

async function machines(states: Readonly<Record<string, 'ok' | number>>): Promise<void> {
  await upsertTerminalStates(
    database.db,
    Object.entries(states).map(([name, state]) => ({
      officeCode: 'dinkes',
      terminalName: name,
      serial: null,
      address: '10.1.1.1:4370',
      state: state === 'ok' ? 'ok' : 'failing',
      errorCode: state === 'ok' ? null : 'NET_CONNECT_TIMEOUT',
      errorText: null,
      failingSinceMs: state === 'ok' ? null : state,
      lastAttemptMs: nowMs,
      lastReadMs: nowMs,
      offsetMs: 0,
      offsetBoundMs: 10,
      records: 1,
      recordCapacity: 100,
      users: 1,
      firmware: null,
      platform: null,
      deviceName: null,
    })),
  );
}

beforeEach(async () => {
  await registerOffice(database.db, { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' });
  await sql`truncate alert, alert_told, alert_message`.execute(database.db);
  // Where this database says now, alerts were opened: the watch is judged by the same clock.
  nowMs = Date.now();
  mails.length = 0;
  quiet = false;
  refuseMail = false;
});

const pass = (ms: number): void => {
  nowMs += ms;
};

test('what happens together is one mail, with reason and next step, and its end is another', async () => {
  const running = watch([channel()]);
  await machines({ Lobi: nowMs - 40 * minute, Aula: nowMs - 35 * minute, Gudang: 'ok' });
  await running.look();
  expect(await readOpenAlerts(database.db)).toHaveLength(2);
  expect(mails).toEqual([]);
  pass(3 * minute);
  await running.look();
  await running.look();
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toBe('[Gerbang] 2 peringatan baru: Mesin tidak menjawab: dinkes / Aula …');
  expect(mails[0]?.text).toContain('dinkes / Aula');
  expect(mails[0]?.text).toContain('Langkah: ');
  expect(mails[0]?.text).toContain('https://gerbang.example.go.id/peringatan');

  await machines({ Lobi: 'ok', Aula: 'ok', Gudang: 'ok' });
  await running.look();
  expect(await readOpenAlerts(database.db)).toHaveLength(2);
  pass(3 * minute);
  await running.look();
  expect(await readOpenAlerts(database.db)).toEqual([]);
  pass(3 * minute);
  await running.look();
  expect(mails.map(({ subject }) => subject.slice(0, 22))).toEqual([
    '[Gerbang] 2 peringatan',
    '[Gerbang] 2 selesai: M',
  ]);
  await running.close();
});

test('a line that comes and goes is one alert, told once', async () => {
  const running = watch([channel()]);
  for (let turn = 0; turn < 6; turn += 1) {
    await machines({ Lobi: turn % 2 === 0 ? nowMs - 40 * minute : 'ok', Aula: 'ok', Gudang: 'ok' });
    await running.look();
    pass(minute);
  }
  const { rows } = await sql<{ alerts: number }>`select count(*)::int as alerts from alert`.execute(database.db);
  expect([rows[0]?.alerts, mails.length]).toEqual([1, 1]);
  await running.close();
});

test('what somebody took on is not told any more', async () => {
  const running = watch([channel()]);
  await machines({ Lobi: nowMs - 40 * minute, Aula: 'ok', Gudang: 'ok' });
  await running.look();
  const [alert] = await readOpenAlerts(database.db);
  const by = { actor: 'budi', note: 'listrik padam', officeCode: null };
  expect(await acknowledgeAlert(database.db, alert?.alertId ?? 0, { ...by, officeCode: 'setda' })).toBeNull();
  expect(await acknowledgeAlert(database.db, alert?.alertId ?? 0, by)).toMatchObject({ acknowledgedBy: 'budi' });
  expect(await acknowledgeAlert(database.db, alert?.alertId ?? 0, by)).toBeNull();
  pass(5 * minute);
  await running.look();
  expect(mails).toEqual([]);
  await running.close();
});

test('a machine that somebody let rest is no news', async () => {
  const running = watch([channel()]);
  await machines({ Lobi: nowMs - 40 * minute, Aula: 'ok', Gudang: 'ok' });
  await sql`insert into terminal_pause (office_code, terminal_name, until_at, reason, paused_by)
            values ('dinkes', 'Lobi', now() + interval '1 hour', 'dicat ulang', 'budi')`.execute(database.db);
  await running.look();
  expect(await readOpenAlerts(database.db)).toEqual([]);
  await sql`update terminal_pause set ended_at = clock_timestamp(), ended_by = 'budi'`.execute(database.db);
  await running.look();
  expect(await readOpenAlerts(database.db)).toHaveLength(1);
});

test('in quiet hours only what is critical is sent; the rest comes after them', async () => {
  const running = watch([channel()]);
  quiet = true;
  await machines({ Lobi: nowMs - 40 * minute, Aula: 'ok', Gudang: 'ok' });
  await running.look();
  pass(5 * minute);
  await running.look();
  expect(mails).toEqual([]);
  quiet = false;
  await running.look();
  expect(mails).toHaveLength(1);
  await running.close();
});

test('a channel for critical matters of another office hears nothing of this', async () => {
  const running = watch([channel({ minSeverity: 'critical' }), channel({ name: 'mail:setda', offices: ['setda'] })]);
  await machines({ Lobi: nowMs - 40 * minute, Aula: 'ok', Gudang: 'ok' });
  await running.look();
  pass(5 * minute);
  await running.look();
  expect(mails).toEqual([]);
  await running.close();
});

test('a mail that is refused is sent again, by another gateway too, and its failure names no address', async () => {
  refuseMail = true;
  const first = watch([channel()]);
  await machines({ Lobi: nowMs - 40 * minute, Aula: 'ok', Gudang: 'ok' });
  await first.look();
  pass(5 * minute);
  await first.look();
  await first.close();
  expect(await readChannels(database.db)).toEqual([
    { channel: 'mail:kominfo', waiting: 1, lastFailure: 'EMESSAGE 452', lastSentMs: null },
  ]);
  refuseMail = false;
  await sql`update alert_message set next_at = now()`.execute(database.db);
  const second = watch([channel()]);
  await second.look();
  expect(mails).toHaveLength(1);
  await second.close();
});

test('a server that never answers ends the wait with a reason', async () => {
  const refused = createServer();
  await new Promise<void>((resolve) => refused.listen(0, '127.0.0.1', resolve));
  const address = refused.address();
  const closedPort = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => refused.close(resolve));
  const failure = await sendMail(
    { ...target, server: `smtp://127.0.0.1:${closedPort}` },
    { id: 'a', subject: 'b', text: 'c' },
  );
  expect(failure).toBe('ESOCKET');
});
