/** What the settings pages are given by a gateway, over a test's own database. */
import { parseConfig } from '../../src/config.ts';
import { tryTerminal } from '../../src/gateway/try-terminal.ts';
import type { Log } from '../../src/log.ts';
import type { AddressRules } from '../../src/setup/addresses.ts';
import { createKeyBox } from '../../src/setup/key-box.ts';
import { startPlan } from '../../src/setup/plan.ts';
import type { Database } from '../../src/store/database.ts';

/**
 * @param yaml of the file beside the database
 * @returns a port whose plan the caller closes
 */
export async function setupPortOver(
  database: Database,
  yaml: string,
  log: Log,
  options: { readonly rehearsal?: boolean; readonly rules?: Partial<AddressRules> } = {},
) {
  const { rehearsal = false } = options;
  const file = parseConfig(yaml, {});
  const rules: AddressRules = { allowLoopback: rehearsal, services: [], ...options.rules };
  const means = { file, database, rules, rehearsal, keys: createKeyBox('rahasia untuk pengujian'), log };
  return { plan: await startPlan(means), means, tryTerminal };
}
