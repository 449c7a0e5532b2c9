/**
 * Addresses that somebody types who may set up machines: the gateway must not be made to knock at itself, at the database, or
 * at what is nobody's terminal (server-side request forgery). Each is tried in every way in which an address comes in.
 */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { besiege, type Siege } from './tools.ts';

const database = await createTestDatabase();
let siege: Siege;
let knocks = 0;
/** Listens wherever this computer can be reached. */
const door = createServer((socket) => {
  knocks += 1;
  socket.destroy();
});
let doorPort = '';

beforeAll(async () => {
  siege = await besiege(database);
  await new Promise<void>((resolve) => door.listen(0, resolve));
  const address = door.address();
  doorPort = typeof address === 'object' && address !== null ? String(address.port) : '';
  expect(
    await change({ putNetworks: [{ office: 'kominfo', networks: ['10.10.0.0/16', '10.20.0.0/16'] }] }),
  ).toMatchObject({ applied: true });
});
afterAll(async () => {
  await siege.web.close();
  door.close();
});

async function change(sent: unknown): Promise<unknown> {
  const who = siege.as('operator');
  const headers = { 'x-csrf-token': await who.formToken('/pengaturan/opd/baru'), 'content-type': 'application/json' };
  const body = JSON.stringify(sent);
  return JSON.parse((await who.ask('/api/v1/setup/changes', { method: 'POST', body, headers })).page);
}

const machine = { officeCode: 'kominfo', name: 'Gerbang', serial: '', driver: 'zk', transport: 'tcp' };
const refused: readonly (readonly [host: string, why: string])[] = [
  ['127.0.0.1', 'gateway sendiri'],
  ['localhost', 'gateway sendiri'],
  ['::1', 'gateway sendiri'],
  ['::ffff:127.0.0.1', 'gateway sendiri'],
  ['::ffff:7f00:1', 'gateway sendiri'],
  ['0x7f000001', 'gateway sendiri'],
  ['2130706433', 'Isi dengan'],
  ['0177.0.0.1', 'Isi dengan'],
  ['0.0.0.0', 'Alamat khusus'],
  ['169.254.169.254', 'Alamat khusus'],
  ['::ffff:169.254.169.254', 'Alamat khusus'],
  ['fe80::1', 'Alamat khusus'],
  ['224.0.0.1', 'Alamat khusus'],
  ['255.255.255.255', 'Alamat khusus'],
  ['64:ff9b::a00:1', 'Alamat khusus'],
  ['2002:a00:1::', 'Alamat khusus'],
  ['8.8.8.8', 'di luar jaringan'],
  ['10.21.0.1', 'di luar jaringan'],
  ['10.10.1.21', 'sudah dipakai mesin lain'],
  ['tidak-ada.invalid', 'tidak dikenal oleh DNS'],
  ['10.20.1.999', 'Isi dengan'],
  ['10.20.1.9/x', 'Isi dengan'],
];

test.for(refused)('%s is refused: %s', async ([host, why]) => {
  const who = siege.as('operator');
  // One is taken, at the port where terminals listen.
  const port = why.includes('mesin lain') ? '4370' : doorPort;
  const form = '/pengaturan/mesin/baru';
  const csrf = await who.formToken(form);
  for (const action of ['save', 'test']) {
    const answer = await who.send(form, { ...machine, host, port, action }, form);
    expect([action, answer.status, answer.page.includes(why)]).toEqual([action, 422, true]);
  }
  const csv = `opd;nama;alamat;port\nkominfo;Gerbang;${host};${port}\n`;
  const body = new FormData();
  for (const [name, value] of Object.entries({ _csrf: csrf, kind: 'machines', csv, action: 'apply' }))
    body.set(name, value);
  expect((await who.ask('/pengaturan/impor', { method: 'POST', body })).status).toBe(422);

  const asked = async (path: string, sent: unknown): Promise<unknown> => {
    const headers = { 'x-csrf-token': csrf, 'content-type': 'application/json' };
    const { page } = await who.ask(`/api/v1/setup/${path}`, { method: 'POST', body: JSON.stringify(sent), headers });
    return JSON.parse(page);
  };
  const typed = { office: 'kominfo', name: 'Gerbang', host, port: Number(port) };
  const faults = [{ field: 'host' }];
  expect(await asked('test-connection', typed)).toMatchObject({ found: null, faults });
  expect(await asked('changes', { putTerminals: [typed] })).toMatchObject({ applied: false, faults });
  const imported = await asked('import', { kind: 'machines', csv, apply: true });
  expect(imported).toMatchObject({ applied: false, lines: [{ effect: 'refused' }] });
  expect((await who.ask('/pengaturan/mesin.csv')).page).not.toContain('Gerbang');
  expect(knocks).toBe(0);
});

test('a network cannot be allowed that lies outside the general ones', async () => {
  const who = siege.as('operator');
  const wide = { putNetworks: [{ office: 'kominfo', networks: ['127.0.0.0/8'] }] };
  expect(await change(wide)).toMatchObject({ applied: false, faults: [{ office: 'kominfo', field: 'networks' }] });
  const form = '/pengaturan/opd/ubah?opd=kominfo';
  expect((await who.send(form, { networks: '169.254.0.0/16' }, form)).status).toBe(422);
});
