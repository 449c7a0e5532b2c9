/** The first start makes one operator, whose password is chosen by whoever holds the one-time link. */
import { createAccount, hasNoAccounts } from '../store/accounts.ts';
import { writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { newPasswordLink } from './sign-in.ts';

export const firstLogin = 'operator';

/**
 * Makes the first operator while there is no account at all.
 *
 * @returns the secret of its link, or null when there are accounts already
 */
export async function makeFirstOperator(db: Database['db']): Promise<string | null> {
  if (!(await hasNoAccounts(db))) return null;
  return db.transaction().execute(async (tx) => {
    const account = { login: firstLogin, name: 'Operator Kominfo', role: 'operator', officeCode: null } as const;
    const accountId = await createAccount(tx, { ...account, createdBy: 'gateway' });
    // Another host was faster.
    if (accountId === null) return null;
    await writeAudit(tx, {
      actorKind: 'gateway',
      actor: 'gateway',
      action: 'account.create',
      subject: firstLogin,
      detail: { role: 'operator' },
    });
    return newPasswordLink(tx, accountId, 'gateway');
  });
}
