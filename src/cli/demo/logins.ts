/** The three people of the demo, each with an account. Practice only: their passwords stand in the demo's own folder. */
import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../../accounts/password.ts';
import type { Role } from '../../accounts/permissions.ts';
import { createAccount, readAccount, setPassword } from '../../store/accounts.ts';
import { writeAudit } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';

/** A login to be printed. */
export interface DemoLogin {
  readonly login: string;
  readonly password: string;
  readonly role: Role;
}

const people: readonly { readonly login: string; readonly name: string; readonly role: Role }[] = [
  { login: 'operator', name: 'Rina (Kominfo)', role: 'operator' },
  { login: 'bkpp', name: 'Hendra (BKPP)', role: 'hr' },
  { login: 'bupati', name: 'Ibu Bupati', role: 'viewer' },
];

/** Short words without look-alike letters: to be typed from a screen by hand. */
const wordList = [
  'padi',
  'laut',
  'kuda',
  'bukit',
  'hujan',
  'kopi',
  'jati',
  'angin',
  'sawah',
  'bintang',
  'kapal',
  'melati',
];

/**
 * Makes the accounts, or finds them again with the passwords they had.
 *
 * @param folder of the demo; holds `logins.json`, readable for its owner only
 */
export async function demoLogins({ db }: Pick<Database, 'db'>, folder: string): Promise<readonly DemoLogin[]> {
  const file = join(folder, 'logins.json');
  const kept = await readFile(file, 'utf8').then(passwordsIn, () => new Map<string, string>());
  const logins: DemoLogin[] = [];
  for (const { login, name, role } of people) {
    const password = kept.get(login) ?? `${word()}-${word()}-${word()}-${randomInt(10, 100)}`;
    logins.push({ login, password, role });
    const known = await readAccount(db, login);
    if (known?.hasPassword === true && kept.has(login)) continue;
    const hash = await hashPassword(password);
    await db.transaction().execute(async (tx) => {
      const id =
        known?.accountId ?? (await createAccount(tx, { login, name, role, officeCode: null, createdBy: 'demo' }));
      if (id !== null) await setPassword(tx, id, hash);
      await writeAudit(tx, {
        actorKind: 'command',
        actor: 'demo',
        action: 'account.create',
        subject: login,
        detail: { role },
      });
    });
  }
  await writeFile(file, `${JSON.stringify(logins)}\n`, { mode: 0o600 });
  return logins;
}

function passwordsIn(text: string): Map<string, string> {
  const found: unknown = JSON.parse(text);
  const entries = Array.isArray(found) ? found : [];
  return new Map(
    entries.flatMap((one: { login?: unknown; password?: unknown }) =>
      typeof one.login === 'string' && typeof one.password === 'string' ? [[one.login, one.password] as const] : [],
    ),
  );
}

function word(): string {
  return wordList[randomInt(wordList.length)] ?? 'padi';
}
