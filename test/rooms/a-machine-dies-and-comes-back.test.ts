/** A whole gateway over simulated terminals: the viewer only watches, the operator asks a machine. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import { parseConfig } from '../../src/config.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { startChosenQueue } from '../tools/chosen-queue.ts';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { expectQuiet, putPeople, takeSeat } from './tools/room.ts';

const database = await createTestDatabase();
const queue = await startChosenQueue();
const browser: Browser | null = await startChromium();
let fleet: Fleet;
let gateway: Gateway;

beforeAll(async () => {
  const clock = { offsetMs: 0, driftPpm: 0, zoneOffsetMinutes: 7 * 60 };
  fleet = await startFleet({ terminals: 2, seed: 31, scenario: { defaults: { users: 5, clock } } });
  const terminals = fleet.terminals.map(({ host, port }, at) => ({ name: at === 0 ? 'Lobi' : 'Aula', host, port }));
  const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta', pollEverySeconds: 1, terminals };
  await putPeople(database);
  gateway = await startGateway({
    config: parseConfig(JSON.stringify({ offices: [office], web: { port: 0 } }), {}),
    databaseUrl: database.url,
    exclusiveDatabase: true,
    redisUrl: queue.redisUrl,
    log: silentLog(),
  });
});
afterAll(async () => {
  await browser?.close();
  await gateway.stop();
  await queue.stop();
  await fleet.stop();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

const punch = (pin: string): void => {
  fleet.terminals[0]?.terminal.punch({ pin, verifyMode: 1, punchState: 0 });
};

test('the viewer sees a machine die and come back, without touching the page', async () => {
  const seat = await takeSeat(browser, gateway.pageUrl, 'viewer', { goTo: '/?opd=dinkes' });
  const { page } = seat;
  page.setDefaultTimeout(30_000);
  const row = page.locator('details[data-office=dinkes] tr', { hasText: 'Lobi' });
  await row.locator('.marked.ok').waitFor();
  // A mark that a second loading of the page would wipe out.
  await page.evaluate('document.body.dataset.untouched = "yes"');
  punch('1001');
  const rows = page.locator('#masuk li', { hasText: 'Lobi' });
  await rows.first().waitFor();

  await fleet.terminals[0]?.offline();
  await row.locator('.marked.silent').waitFor();
  punch('1002');
  await fleet.terminals[0]?.online();
  await row.locator('.marked.ok').waitFor();
  // What was punched while nobody could read it arrives.
  await rows.nth(1).waitFor();
  // Whose it was is not for this reader.
  expect(await page.locator('#masuk').textContent()).not.toMatch(/100[12]/);
  expect(await page.evaluate('document.body.dataset.untouched')).toBe('yes');
  expectQuiet(seat, gateway.pageUrl);
  await seat.close();
});

test('the operator finds the machine, probes it by a button, and sees what it said', async () => {
  const seat = await takeSeat(browser, gateway.pageUrl, 'operator');
  const { page } = seat;
  await page.getByRole('link', { name: 'Mesin', exact: true }).click();
  await page.getByRole('link', { name: 'Lobi' }).click();
  await page
    .getByText(fleet.terminals[0]?.serial ?? '?')
    .first()
    .waitFor();
  await page.locator('form.act').first().getByRole('button').click();
  const answer = page.getByRole('row', { name: /operator/ }).first();
  await expect
    .poll(
      async () => {
        await page.reload();
        return answer.locator('.tag').first().textContent();
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe('Selesai');
  expectQuiet(seat, gateway.pageUrl);
  await seat.close();
});
