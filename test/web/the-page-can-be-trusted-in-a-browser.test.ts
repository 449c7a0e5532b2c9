import { createServer, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog, silentLog } from '../../src/log.ts';
import { isLoopback, isOwnHost, maskedPin } from '../../src/web/guard.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const office = { code: 'dinkes', name: '<script>alert("office")</script>', timeZone: 'Asia/Jakarta' };
const atMs = Date.UTC(2026, 2, 2, 0, 31, 4);
const lines: string[] = [];
let web: Web;

beforeAll(async () => {
  await putOffices(database, [office]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1' }], atMs);
  const place = { office, serial: 'CKJ1', terminalName: 'Lobi' };
  await putPunches(database, place, [{ atMs, pin: '77\'"><svg onload=alert(1)>' }], atMs);
  const log = createLog({ level: 'trace', destination: { write: (line) => lines.push(line) } });
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs: () => atMs,
  });
});
afterAll(() => web.close());

/** `fetch` does not let a program choose its Host header. */
function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${web.url}/`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('what a page may do', () => {
  test("every answer forbids everything but the page's own style, script, picture and stream", async () => {
    for (const path of ['/', '/healthz', '/metrics', '/nothing-here', '/opd/dinkes/mesin']) {
      const { headers } = await fetch(`${web.url}${path}`);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('no page holds an inline script, style or handler, and nothing points outside', async () => {
    const page = await (await fetch(`${web.url}/?opd=dinkes`)).text();
    expect(page).not.toMatch(/<script(?![^>]*src=)/i);
    expect(page).not.toMatch(/<style|\sstyle=/i);
    expect(page).not.toMatch(/<[^>]*\son\w+=/i);
    expect(page).not.toMatch(/(?:src|href|content)="(?:https?:)?\/\//i);
    expect(page).not.toMatch(/="\s*javascript:/i);
  });

  test('text of offices and terminals stays text', async () => {
    const page = await (await fetch(`${web.url}/?opd=dinkes`)).text();
    expect(page).toContain('&lt;script&gt;alert(&quot;office&quot;)&lt;/script&gt;');
    expect(page).toContain('77&#39;&quot;&gt;&lt;svg onload=alert(1)&gt;');
    expect(page).not.toContain('<svg onload');
  });

  test('files carry the hash of their content and may be kept for ever', async () => {
    const page = await (await fetch(`${web.url}/`)).text();
    const urls = [...page.matchAll(/(?:src|href)="(\/assets\/[a-z]+\.[0-9a-f]{16}\.(?:css|js|svg))"/g)].map(
      ([, url]) => url,
    );
    expect(urls).toHaveLength(3);
    for (const url of urls) {
      const { status, headers } = await fetch(`${web.url}${url}`);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toContain('immutable');
    }
    expect((await fetch(`${web.url}/assets/board.0000000000000000.css`)).status).toBe(404);
    expect((await fetch(`${web.url}/assets/../../package.json`)).status).toBe(404);
    expect((await fetch(`${web.url}/assets/%2e%2e%2f%2e%2e%2fpackage.json`)).status).toBe(404);
  });
});

describe('who is answered', () => {
  test('a site whose name was pointed at this machine is not', async () => {
    expect(await statusFor('evil.example')).toBe(421);
    expect(await statusFor('127.0.0.1.evil.example')).toBe(421);
    expect(await statusFor('localhost:8080')).toBe(200);
    expect(await statusFor('127.0.0.1')).toBe(200);
  });

  test.each([
    ['192.168.1.4:8080', true],
    ['[::1]:8080', true],
    ['presensi.kab.go.id', true],
    ['PRESENSI.kab.go.id:80', true],
    ['presensi.kab.go.id.evil.example', false],
    ['localhost.evil.example', false],
    ['', false],
    ['a b', false],
    [undefined, false],
  ])('Host %s: %s', (host, own) => {
    expect(isOwnHost(host, ['presensi.kab.go.id'])).toBe(own);
  });

  test('only this machine sees whole PINs', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example'].map(isLoopback)).toEqual([false, false, false, false]);
    expect(['102345', '123', '12', ''].map(maskedPin)).toEqual(['••45', '••23', '••', '••']);
  });
});

test('neither PINs nor what people typed into the address reach the log or the metrics', async () => {
  await fetch(`${web.url}/?opd=197801012005011001&lang=id`);
  await fetch(`${web.url}/orang/197801012005011001`);
  const metrics = await (await fetch(`${web.url}/metrics`)).text();
  expect(lines.join('')).toContain('"route":"/"');
  expect(lines.join('') + metrics).not.toContain('197801012005011001');
  expect(lines.join('') + metrics).not.toContain('svg onload');
});

test('a port that is taken is named, with the way out, and nothing is left behind', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const options = {
    host: '127.0.0.1',
    port,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs: () => atMs,
  };
  await expect(startWeb(options)).rejects.toMatchObject({ code: 'PORT_TAKEN', context: { port } });
  await expect(startWeb(options)).rejects.toThrow(/--port, PORT or web\.port/);
  await new Promise((resolve) => other.close(resolve));
});
