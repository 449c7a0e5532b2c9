import { expect, test } from 'vitest';
import {
  pinSerial,
  placesOfSerial,
  readPin,
  registerOffice,
  registerTerminal,
  unpinSerial,
} from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();
const lobby = { officeCode: 'kominfo', terminalName: 'Lobi' };
const gate = { officeCode: 'dinkes', terminalName: 'Gerbang' };

test('a place that was never reached has no serial', async () => {
  expect(await readPin(db, lobby)).toBeNull();
});

test('of several gateways that pin at once, all learn the same winner', async () => {
  const pinning = ['AAA1', 'BBB2', 'CCC3', 'DDD4'].map((serial) => pinSerial(db, lobby, serial));
  const pinned = new Set(await Promise.all(pinning));
  expect(pinned.size).toBe(1);
  expect(pinned.has((await readPin(db, lobby)) ?? '')).toBe(true);
});

test('a later machine at the place does not take it over until the place is unpinned', async () => {
  const first = await readPin(db, lobby);
  expect(await pinSerial(db, lobby, 'ZZZ9')).toBe(first);
  expect(await unpinSerial(db, lobby)).toBe(true);
  expect(await unpinSerial(db, lobby)).toBe(false);
  expect(await pinSerial(db, lobby, 'ZZZ9')).toBe('ZZZ9');
});

test('a serial that answers at two places is found at both', async () => {
  await pinSerial(db, gate, 'ZZZ9');
  expect(await placesOfSerial(db, 'ZZZ9')).toEqual([lobby, gate]);
  expect(await placesOfSerial(db, 'NOBODY')).toEqual([]);
});

test('serials that differ only in case are two machines', async () => {
  expect(await placesOfSerial(db, 'zzz9')).toEqual([]);
});

test('a terminal that moves keeps its first contact, and brings an unknown office along', async () => {
  await registerTerminal(db, { serial: 'MOVE1', officeCode: 'kominfo', name: 'Lobi', timeZone: 'Asia/Jakarta' });
  const query = db.selectFrom('terminal').selectAll().where('serial', '=', 'MOVE1');
  const before = await query.executeTakeFirstOrThrow();
  await registerOffice(db, { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' });
  await registerTerminal(db, { serial: 'MOVE1', officeCode: 'dinkes', name: 'Gerbang', timeZone: 'Asia/Jakarta' });
  const after = await query.executeTakeFirstOrThrow();
  expect(after).toEqual({ ...before, office_code: 'dinkes', name: 'Gerbang' });
  const offices = await db.selectFrom('office').select(['code', 'name', 'time_zone']).orderBy('code').execute();
  expect(offices).toEqual([
    { code: 'dinkes', name: 'Dinas Kesehatan', time_zone: 'Asia/Makassar' },
    { code: 'kominfo', name: 'kominfo', time_zone: 'Asia/Jakarta' },
  ]);
});

test('an office takes over its new name and zone', async () => {
  await registerOffice(db, { code: 'kominfo', name: 'Diskominfo', timeZone: 'Asia/Jayapura' });
  const office = await db.selectFrom('office').selectAll().where('code', '=', 'kominfo').executeTakeFirstOrThrow();
  expect(office).toMatchObject({ name: 'Diskominfo', time_zone: 'Asia/Jayapura' });
});
