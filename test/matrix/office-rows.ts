/** Rows 37 to 40 and 43: offices come back after days, consumers and brokers are away, versions and backups meet. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import mqtt from 'mqtt';
import { openDatabase } from '../../src/store/database.ts';
import { migrateThrough, migrateToLatest } from '../../src/store/migrate.ts';
import { addNewerBatch, type NewerBatch } from '../queue/foreign-job.ts';
import { lacks, olderCommit } from './rig/lacks.ts';
import { olderVersion } from './rig/older-version.ts';
import { startOwnPostgres } from './rig/servers.ts';
import { type Subscriber, subscribe } from './rig/subscriber.ts';
import { until } from './rig/wait.ts';
import { makeWorld, type World } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

/** Punches at each of two terminals whose rows are more than the buffers of a connection on this host take (about 4 MB). */
const moreThanBuffersHold = 5_000;

/** Offices whose link was down, and offices that were there all the time. */
const away = 14;
const present = 6;
/** Records that waited in each: 20 offices of 3 days would only take longer. */
const backlog = 3_000;

async function linkBack(context: RowContext): Promise<string> {
  const database = await context.database();
  const config = { queue: { recordsPerBatch: 250, batchesPerTerminal: 4 } };
  const world = await makeWorld({ ...context, database, terminals: away + present, history: 50, config });
  world.start();
  await until('every log was read', async () => (await world.stored()) === world.made());
  const gone = world.fleet.terminals.slice(0, away);
  for (const terminal of gone) await terminal.offline();
  for (const { terminal } of gone) terminal.fillLog({ count: backlog });
  for (const terminal of gone) await terminal.online();
  const there = world.fleet.terminals.slice(away);
  const daily = new Map<string, number>();
  await until(
    'the backlog is stored',
    async () => {
      const left =
        (await waiting(
          world,
          gone.map(({ serial }) => serial),
        )) > 0;
      for (const { serial, terminal } of left ? there : []) {
        terminal.punch({ pin: '1001', verifyMode: 1, punchState: 0 });
        daily.set(serial, (daily.get(serial) ?? 0) + 1);
      }
      return !left;
    },
    { withinMs: 600_000, everyMs: 500 },
  );
  const seen = await world.mustComeToRest('after the offices came back');
  await mustHaveBeenFair(
    world,
    gone.map(({ serial }) => serial),
    there.map(({ serial }) => serial),
  );
  return `${away} offices came back with ${backlog} records each, ${present} others punched meanwhile, ${seen}`;
}

/** Records on these terminals that are not stored. */
async function waiting({ fleet, database: { db } }: World, serials: readonly string[]): Promise<number> {
  const made = serials.reduce((sum, serial) => sum + fleet.ledger.entriesOf(serial).length, 0);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from punch where terminal_serial = any (${[...serials]}::text[])`.execute(db);
  return made - (rows[0]?.count ?? 0);
}

/**
 * By the order of commits, not by time: offices that came back were stored side by side, not one after another, and
 * nobody else had to wait for the last of them.
 */
async function mustHaveBeenFair(world: World, gone: readonly string[], there: readonly string[]): Promise<void> {
  const { rows } = await sql<{ serial: string; first: number; last: number }>`
    with ordered as (
      select terminal_serial as serial, to_ordinal > from_ordinal and from_ordinal >= 50 as is_news,
             row_number() over (order by stored_at) as place
      from evidence_batch)
    select serial, min(place)::int as first, max(place)::int as last from ordered where is_news group by serial`.execute(
    world.database.db,
  );
  const of = (serials: readonly string[]) => rows.filter(({ serial }) => serials.includes(serial));
  const end = Math.max(...of(gone).map(({ last }) => last));
  const soonestDone = Math.min(...of(gone).map(({ last }) => last));
  const latestBegun = Math.max(...of(gone).map(({ first }) => first));
  if (of(there).length < there.length || of(there).some(({ first }) => first > end)) {
    throw new Error('an office that was there all the time waited for those that came back');
  }
  if (latestBegun > end - (end - soonestDone) / 4) throw new Error('an office waited until the others were done');
}

async function consumers(context: RowContext): Promise<string> {
  const world = await makeWorld({ ...context, database: await context.database(), history: 200 });
  const gateway = world.start();
  await until('the first rows arrive', () => (world.subscriber?.count() ?? 0) > 0);
  await world.subscriber?.disconnect();
  world.punch(400);
  await until('all is stored', async () => (await world.stored()) === world.made());
  world.cutBroker();
  await world.subscriber?.reconnect();
  const outside = await world.mustComeToRest('after the consumer came back');
  await gateway.stop();
  await world.letLeasesExpire();

  // The built-in broker dies with its gateway: who is connected gets everything, whoever else stands still.
  const inside = world.start({ MQTT_URL: '' });
  const url = await inside.mqttUrl();
  const reader = await subscribe(url, 'reader', true);
  context.onEnd(() => reader.close());
  const still = await frozenSubscriber(url);
  context.onEnd(() => still.end(true));
  const before = world.made();
  world.punch(moreThanBuffersHold);
  await until('the reader has all of it', () => readAll(reader, world.made() - before));
  return `${outside}; built-in broker: ${reader.ids().length} rows past a frozen subscriber`;
}

function readAll(reader: Subscriber, rows: number): boolean {
  return reader.ids().length >= rows;
}

/** Subscribes and never reads again. */
async function frozenSubscriber(url: string): Promise<mqtt.MqttClient> {
  const client = await mqtt.connectAsync(url, { clientId: 'frozen', reconnectPeriod: 0, keepalive: 0 });
  client.on('error', () => undefined);
  await client.subscribeAsync('gerbang/+/+/punch', { qos: 1 });
  client.stream.unpipe();
  client.stream.pause();
  return client;
}

async function versions(context: RowContext): Promise<string> {
  const older = (await olderVersion(context.folder)) ?? context.skip(lacks.history);
  const database = await context.database('empty');
  await migrateThrough(database.db, older.migrations.map((file) => file.replace(/\.sql$/, '')).sort());
  const world = await makeWorld({ ...context, database, terminals: 4, history: 1_000 });
  let old = world.start({}, [], older.program);
  await until('the older version stores the first records', async () => (await world.stored()) > 0).catch((error) => {
    throw new Error(`${error.message}\n${old.said()}`);
  });
  const newer = await addNewerBatch(world.address);
  context.onEnd(() => newer.close());
  await until('the older version has the newer batch in hand', async () => (await newer.takenTimes()) > 0);
  const applied: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    world.punch(150);
    // In the first round the older version is at work while its tables change.
    if (round === 0) applied.push(...(await migrateToLatest(database.db)));
    const young = world.start();
    await young.pageUrl();
    world.punch(50);
    await world.mustHoldNow(`with two versions, round ${round + 1}`);
    if (old.hasEnded()) throw new Error(`the older one ended by itself: ${old.said()}`);
    await old.stop();
    await mustBeLeft(newer);
    old = young;
  }
  const seen = await world.mustComeToRest('after three deploys');
  return `from ${olderCommit} over ${applied.length} migrations, 3 deploys side by side, a newer batch still waits, ${seen}`;
}

/** Whoever is there now takes it and puts it back, for somebody who can read it. */
async function mustBeLeft(newer: NewerBatch): Promise<void> {
  const before = await newer.takenTimes();
  const isSeen = async (): Promise<boolean> => (await newer.takenTimes()) > before || (await isGone());
  const isGone = async (): Promise<boolean> => ['unknown', 'failed'].includes(await newer.state());
  await until('the newer batch is taken', isSeen, { everyMs: 250 });
  if (await isGone()) throw new Error('the batch of a newer version was given up');
}

async function yesterday(context: RowContext): Promise<string> {
  const postgres = await startOwnPostgres(join(context.folder, 'postgres'));
  context.onEnd(() => postgres.close());
  await postgres.administer(['create database row']);
  const url = postgres.url('row');
  const database = openDatabase(url, { maxConnections: 3, applicationName: 'judge' });
  context.onEnd(() => database.close());
  await migrateToLatest(database.db);
  const world = await makeWorld({ ...context, database: { ...database, url }, history: 300 });
  const backup = join(context.folder, 'yesterday');

  const first = world.start();
  await world.mustComeToRest('on the first day');
  await first.stop();
  await postgres.take('SIGINT');
  await cp(postgres.pgdata, backup, { recursive: true, preserveTimestamps: true });
  await postgres.bringBack();

  const second = world.start();
  world.punch(200);
  await world.mustComeToRest('on the second day');
  const told = world.subscriber?.ids().length ?? 0;
  await second.stop();
  await postgres.take('SIGINT');
  await rm(postgres.pgdata, { recursive: true });
  await postgres.adopt(backup);
  await postgres.bringBack();
  const lost = world.made() - (await world.stored());
  if (lost === 0) throw new Error('the backup holds everything: nothing is tried here');

  world.punch(30);
  // They come again, under their old ids, with what is concluded of them now.
  world.subscriber?.forgetContents();
  world.start();
  const seen = await world.mustComeToRest('after yesterday was restored');
  const news = (world.subscriber?.ids().length ?? 0) - told;
  if (news !== 60) throw new Error(`the consumer got ${news} new ids for 60 new punches`);
  return `${lost} records read again under the same ids, ${seen}`;
}

export const officeRows: readonly MatrixRow[] = [
  {
    number: 37,
    fault: `${away} offices come back at once with ${backlog} unread records each, ${present} others go on as always`,
    expected: 'all is stored; nobody waits for somebody else to be done (by the order of commits)',
    long: true,
    limitMs: 1_200_000,
    run: linkBack,
  },
  {
    number: 38,
    fault: 'a consumer away while rows are published, the broker cutting everybody off, a subscriber that stands still',
    expected: 'each row reaches the consumer; the others are not held up',
    long: true,
    limitMs: 1_800_000,
    run: consumers,
    heldBy: [{ file: 'test/mqtt/a-broker-that-is-away-loses-nothing.test.ts' }],
  },
  {
    number: 40,
    fault:
      'deploys under load: an older version, the migration, and this one side by side; a batch that only a newer version can read',
    expected: 'both go on over the new tables, each record once; the newer batch waits and is not set aside',
    long: true,
    limitMs: 1_800_000,
    run: versions,
    heldBy: [
      { file: 'test/queue/a-job-is-applied-put-back-or-set-aside.test.ts', test: 'of a newer version' },
      { file: 'test/store/migrations-run-once-and-never-backwards.test.ts' },
    ],
  },
];

/** Later in the table. */
export const backupRows: readonly MatrixRow[] = [
  {
    number: 43,
    fault: "yesterday's copy of the database is restored",
    expected: 'the terminals refill it; the consumer gets the same ids again and none twice under two',
    long: true,
    limitMs: 1_800_000,
    run: yesterday,
  },
];
