import { expect, test } from 'vitest';
import { keepTerminalStates, type TerminalState, upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();

const lobby: TerminalState = {
  officeCode: 'kominfo',
  terminalName: 'Lobi',
  serial: 'ABC123',
  address: '127.0.0.1:4370',
  state: 'ok',
  errorCode: null,
  errorText: null,
  failingSinceMs: null,
  lastAttemptMs: 1_772_323_200_250,
  lastReadMs: 1_772_323_200_500,
  offsetMs: -61_250.5,
  offsetBoundMs: 12.25,
  records: 99_999,
  recordCapacity: 100_000,
  users: 412,
  firmware: 'Ver 6.60',
  platform: 'ZMM220_TFT',
  deviceName: 'X100-C',
};

test('what was written is read back, and the next poll overwrites it', async () => {
  await upsertTerminalStates(db, [lobby]);
  const query = db.selectFrom('terminal_state').selectAll().where('terminal_name', '=', 'Lobi');
  expect(await query.executeTakeFirstOrThrow()).toMatchObject({
    office_code: 'kominfo',
    serial: 'ABC123',
    state: 'ok',
    last_attempt_at: 1_772_323_200_250,
    last_read_at: 1_772_323_200_500,
    offset_ms: -61_250.5,
    offset_bound_ms: 12.25,
    records: 99_999,
    record_capacity: 100_000,
    users: 412,
    device_name: 'X100-C',
  });
  await upsertTerminalStates(db, [
    {
      ...lobby,
      state: 'failing',
      errorCode: 'NET_REFUSED',
      errorText: 'no',
      failingSinceMs: 1_772_323_260_000,
      users: null,
    },
  ]);
  expect(await query.executeTakeFirstOrThrow()).toMatchObject({
    state: 'failing',
    error_code: 'NET_REFUSED',
    failing_since: 1_772_323_260_000,
    users: null,
  });
});

test('a NUL or half a character in a name does not keep the others from being written', async () => {
  const hostile = { ...lobby, terminalName: 'Jahat', deviceName: 'X\u0000\ud800"\\\n}', firmware: 'x'.repeat(100_000) };
  await upsertTerminalStates(db, [hostile, { ...lobby, terminalName: 'Baik' }]);
  const rows = await db.selectFrom('terminal_state').selectAll().orderBy('terminal_name').execute();
  expect(rows.map((row) => [row.terminal_name, row.device_name, row.firmware?.length])).toEqual([
    ['Baik', 'X100-C', 8],
    ['Jahat', 'X\ufffd\ufffd"\\\n}', 1_000],
    ['Lobi', 'X100-C', 8],
  ]);
});

test('the whole fleet is one statement, and the last word on a place counts', async () => {
  const fleet = Array.from({ length: 4_300 }, (_, n) => ({ ...lobby, officeCode: 'all', terminalName: `T${n}` }));
  const last = fleet.at(-1) ?? lobby;
  await upsertTerminalStates(db, [...fleet, { ...last, state: 'quarantined' }]);
  const rows = await db.selectFrom('terminal_state').select('state').where('office_code', '=', 'all').execute();
  expect(rows.length).toBe(4_300);
  expect(rows.filter((row) => row.state === 'quarantined').length).toBe(1);
});

test('two gateways writing the same places in other orders do not block each other', async () => {
  const fleet = Array.from({ length: 300 }, (_, n) => ({ ...lobby, officeCode: 'two', terminalName: `T${n}` }));
  const writes = Array.from({ length: 6 }, (_, n) => upsertTerminalStates(db, n % 2 ? fleet : fleet.toReversed()));
  await expect(Promise.all(writes)).resolves.toHaveLength(6);
});

test('places that left the configuration are forgotten, in their office only', async () => {
  await keepTerminalStates(db, 'kominfo', ['Lobi']);
  const rows = await db
    .selectFrom('terminal_state')
    .select('terminal_name')
    .where('office_code', 'in', ['kominfo', 'two'])
    .where('terminal_name', 'in', ['Lobi', 'Jahat', 'T7'])
    .orderBy('terminal_name')
    .execute();
  expect(rows.map((row) => row.terminal_name)).toEqual(['Lobi', 'T7']);
});
