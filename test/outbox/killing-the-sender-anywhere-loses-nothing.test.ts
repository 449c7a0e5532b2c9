import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readConsumers } from '../../src/store/consumers.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { childArguments } from '../tools/program.ts';
import { startReceiver } from './tools/receiver.ts';
import { dinkes, idsOf, storeRows } from './tools/rows.ts';

const database = await createTestDatabase();

beforeAll(() => putOffices(database, [dinkes]));

function startChild(url: string, crashAt: string): ChildProcess {
  const env = { ...process.env, GERBANG_CRASH_AT: crashAt };
  const args = [...childArguments('test/outbox/tools/webhook-child.ts'), database.url, url];
  return spawn(process.execPath, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
}

test('a sender that is killed between any two steps repeats the same bytes under the same id, and misses no row', {
  ...judged,
  // Four processes start one after the other, on a machine that may be busy.
  timeout: 400_000,
}, async () => {
  const receiver = await startReceiver();
  const serial = 'KILLED';
  await storeRows(database, serial, 30);
  // The second message each time, so that every life gets somewhere.
  for (const point of ['webhook.after-hold', 'webhook.after-answer', 'webhook.after-move']) {
    const child = startChild(receiver.url, `${point}:2`);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    // The dead one's turn would run out by itself; nobody waits for that here.
    await sql`update terminal_lease set expires_at = '-infinity' where lease_key like 'consumer %'`.execute(
      database.db,
    );
  }
  const last = startChild(receiver.url, '');
  const behind = async () =>
    (await readConsumers(database.db)).find(({ name }) => name === 'webhook:child')?.rowsBehind;
  await expect.poll(behind, { timeout: 90_000 }).toBe(0);
  const exited = once(last, 'exit');
  last.kill('SIGKILL');
  await exited;
  await receiver.stop();

  expect(receiver.punches()).toEqual(idsOf(serial, 30));
  expect(receiver.deliveries.every(({ signed }) => signed)).toBe(true);
  const bodies = new Map<string, Set<string>>();
  for (const { id, text } of receiver.deliveries) bodies.set(id, (bodies.get(id) ?? new Set()).add(text));
  expect([...bodies.values()].map((texts) => texts.size)).toEqual(Array.from(bodies, () => 1));
  // Killed behind the answer, once: that message came again.
  expect(receiver.deliveries.length).toBeGreaterThan(bodies.size);
});
