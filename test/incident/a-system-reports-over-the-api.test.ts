import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Permission, permissionsOf, type Reader } from '../../src/accounts/permissions.ts';
import type { Readers } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const nowMs = Date.parse('2026-11-25T03:00:00Z');
let web: Web;

/** Tokens by their text: `all`, `camat` (one office), `look` (reads only). */
const system = (actor: string, officeCode: string | null, permissions: ReadonlySet<Permission>): Reader => ({
  kind: 'token',
  actor,
  name: actor,
  role: null,
  permissions,
  officeCode,
});
const known = new Map<string, Reader>([
  ['all', system('all', null, permissionsOf('operator'))],
  ['camat', system('camat', 'camat', permissionsOf('hr'))],
  ['look', system('look', null, permissionsOf('viewer'))],
]);
const readers: Readers = {
  ofCookie: async () => null,
  ofToken: async (secret) => known.get(secret) ?? null,
  ofStranger: () => null,
  forget: () => {},
};

beforeAll(async () => {
  const timeZone = 'Asia/Jakarta';
  await putOffices(database, [
    { code: 'dinkes', name: 'Dinas Kesehatan', timeZone },
    { code: 'camat', name: 'Kecamatan', timeZone },
  ]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ-1' }], nowMs);
  const rest = { host: '127.0.0.1', port: 0, log: silentLog(), metrics: createMetrics() };
  web = await startWeb({ ...rest, database, readers, nowMs: () => nowMs });
});
afterAll(() => web.close());

async function ask(
  token: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; told: Record<string, unknown> }> {
  const isForm = body instanceof FormData;
  const type: Record<string, string> = isForm || body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${web.url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...type },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, told: JSON.parse(await answer.text()) as Record<string, unknown> };
}

const files = (...contents: readonly Buffer[]): FormData => {
  const form = new FormData();
  for (const [at, content] of contents.entries())
    form.append('bukti', new Blob([new Uint8Array(content)]), `foto ${at}.jpg`);
  return form;
};

test('a report is made, shown with files, followed and probed', async () => {
  const made = await ask('all', '/incidents', { kind: 'broken', office: 'dinkes', terminal: 'Lobi', told: 'Mati.' });
  expect(made).toMatchObject({
    status: 201,
    told: { state: 'reported', serial: 'CKJ-1', office: 'dinkes', age: 'fresh' },
  });
  const path = `/incidents/${made.told.number}`;
  const photo = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#333' } })
    .png()
    .toBuffer();
  expect((await ask('all', `${path}/files`, files(Buffer.from('<svg/>')))).told).toMatchObject({
    type: 'urn:gerbang:problem:bad-file',
    trouble: 'notTaken',
  });
  expect(await ask('all', `${path}/files`, files(photo))).toMatchObject({ status: 200, told: { proofs: 1 } });
  expect(await ask('all', `${path}/steps`, { to: 'repaired' })).toMatchObject({ status: 409 });
  expect(await ask('all', `${path}/steps`, { to: 'not-confirmed' })).toMatchObject({ status: 422 });
  expect(await ask('all', `${path}/steps`, { to: 'verified' })).toMatchObject({ told: { state: 'verified' } });
  expect(await ask('all', `${path}/probe`, {})).toMatchObject({ status: 202 });
  const whole = await ask('all', path);
  const steps = whole.told.steps as { what: string }[];
  expect(steps.map(({ what }) => what)).toEqual(['reported', 'proof', 'verified', 'probe']);
  const audit = await readAuditLog(database.db, { beforeId: null, limit: 10 });
  expect(audit.map(({ action }) => action)).toEqual([
    'machine.probe',
    'incident.step',
    'incident.note',
    'incident.report',
  ]);
});

test('another office’s report does not exist, and whoever may only look changes nothing', async () => {
  expect((await ask('camat', '/incidents')).told).toMatchObject({ items: [] });
  expect((await ask('camat', '/incidents?office=dinkes')).told).toMatchObject({ items: [] });
  for (const path of ['/incidents/1', '/incidents/1/record.pdf']) expect((await ask('camat', path)).status).toBe(404);
  expect((await ask('camat', '/incidents/1/steps', { to: 'in-repair' })).status).toBe(404);
  expect((await ask('camat', '/incidents/1/files', files(Buffer.from('x')))).status).toBe(404);
  expect((await ask('camat', '/incidents', { kind: 'broken', office: 'dinkes', terminal: 'Lobi' })).status).toBe(422);
  expect((await ask('camat', '/outage-windows?from=2026-11-24&to=2026-11-24&office=dinkes')).status).toBe(404);
  expect((await ask('look', '/incidents/1/steps', { to: 'in-repair' })).status).toBe(403);
  expect((await ask('look', '/incidents', { kind: 'broken', place: 'x' })).status).toBe(403);
  expect((await ask('look', '/incidents/1')).status).toBe(200);
});
