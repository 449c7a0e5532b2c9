/** People with real sessions and no password: signing in costs a tenth of a second of both cores. */
import type { Role } from '../../src/accounts/permissions.ts';
import { newSecret, secretHash } from '../../src/accounts/secrets.ts';
import { createAccount } from '../../src/store/accounts.ts';
import type { Database } from '../../src/store/database.ts';
import { createSession } from '../../src/store/web-sessions.ts';

export interface Answer {
  readonly status: number;
  readonly page: string;
  readonly goTo: string | null;
  readonly headers: Headers;
}

/** A browser without script: keeps cookies, follows nothing, fills in forms. */
export interface Person {
  readonly cookies: Map<string, string>;
  ask(path: string, init?: RequestInit): Promise<Answer>;
  /** Sends a form with the token of the page `from`. */
  send(
    path: string,
    fields: Readonly<Record<string, string>>,
    from?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  formToken(from?: string): Promise<string>;
}

export function person(url: string, session?: string): Person {
  const cookies = new Map<string, string>();
  if (session !== undefined) cookies.set('gerbang', session);
  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const { status, headers } = answer;
    return { status, headers, page: await answer.text(), goTo: headers.get('location') };
  }
  async function formToken(from = '/'): Promise<string> {
    const { page } = await ask(from);
    return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  }
  return {
    cookies,
    ask,
    formToken,
    async send(path, fields, from = '/pengaturan', headers = {}) {
      const body = new URLSearchParams({ _csrf: await formToken(from), ...fields });
      return ask(path, { method: 'POST', body, headers });
    },
  };
}

/** Makes an account that is signed in. @returns the secret of its cookie */
export async function signedIn(
  { db }: Database,
  login: string,
  role: Role,
  officeCode: string | null = null,
): Promise<string> {
  const accountId = await createAccount(db, { login, name: login, role, officeCode, createdBy: 'test' });
  const secret = newSecret();
  await createSession(db, secretHash(secret), accountId ?? '');
  return secret;
}
