/** The settings pages over a database of one's own, and a browser without script that fills in their forms. */
import { createLog } from '../../src/log.ts';
import type { AddressRules } from '../../src/setup/addresses.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb } from '../../src/web/server.ts';
import type { TestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { setupPortOver } from '../tools/setup-port.ts';

export interface SettingUp {
  readonly url: string;
  /** Everything that was logged. */
  readonly logged: () => string;
  /** What a form of this page carries. */
  form(path: string): Promise<{ cookie: string; csrf: string }>;
  ask(path: string): Promise<{ status: number; page: string; goTo: string | null }>;
  send(path: string, fields: Record<string, string>): Promise<{ status: number; page: string; goTo: string | null }>;
  sendMultipart(
    path: string,
    fields: Record<string, string>,
  ): Promise<{ status: number; page: string; goTo: string | null }>;
  close(): Promise<void>;
}

const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');

/** @param yaml of the file beside the database */
export async function startSettingUp(
  database: TestDatabase,
  yaml: string,
  options: { readonly rehearsal?: boolean; readonly rules?: Partial<AddressRules>; readonly officeCode?: string } = {},
): Promise<SettingUp> {
  const { rehearsal = false, officeCode = null } = options;
  const lines: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } });
  const setup = await setupPortOver(database, yaml, log, options);
  const web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: everybodyIs('operator', officeCode),
    nowMs: Date.now,
    rehearsal,
    setup,
  });
  const told = async (answer: Response) => ({
    status: answer.status,
    page: await answer.text(),
    goTo: answer.headers.get('location'),
  });
  const form = async (path: string) => {
    const answer = await fetch(`${web.url}${path}`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
    return { cookie: cookieOf(answer), csrf };
  };
  return {
    url: web.url,
    logged: () => lines.join(''),
    form,
    ask: async (path) => told(await fetch(`${web.url}${path}`, { redirect: 'manual' })),
    async send(path, fields) {
      const { cookie, csrf } = await form(path);
      const body = new URLSearchParams({ _csrf: csrf, ...fields });
      return told(await fetch(`${web.url}${path}`, { method: 'POST', body, redirect: 'manual', headers: { cookie } }));
    },
    async sendMultipart(path, fields) {
      const { cookie, csrf } = await form(path);
      const body = new FormData();
      for (const [name, value] of Object.entries({ _csrf: csrf, ...fields })) body.set(name, value);
      return told(await fetch(`${web.url}${path}`, { method: 'POST', body, redirect: 'manual', headers: { cookie } }));
    },
    async close() {
      await web.close();
      await setup.plan.close();
    },
  };
}
