/** What the setup that changes while the gateway runs is given by the gateway. */

import { isSimulatedSerial } from '../config.ts';
import { GerbangError } from '../errors.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { OfficeMeans } from '../office/means.ts';
import { type AddressRules, admit, serviceOf } from '../setup/addresses.ts';
import { addressOf } from '../setup/effective.ts';
import { createKeyBox } from '../setup/key-box.ts';
import type { Plan, PlanMeans } from '../setup/plan.ts';
import type { Database } from '../store/database.ts';
import type { SetupPort } from '../web/setup/port.ts';
import { setupTroubles } from '../words/setup-troubles.ts';
import type { OpenTerminal } from '../zk/driver.ts';
import { tryTerminal } from './try-terminal.ts';

/** What the plan needs of the gateway's options. */
export function planMeans({ config, secret, rehearsal, log }: GatewayOptions, database: Database): PlanMeans {
  const keys = secret === undefined ? null : createKeyBox(secret);
  return { file: config, keys, rehearsal: rehearsal ?? false, database, log: log.child({ part: 'setup' }) };
}

/** Where browsers may send this gateway; its own services are no terminals. */
export function addressRules(options: GatewayOptions): AddressRules {
  const { databaseUrl, ownerUrl, redisUrl, mqttUrl, rehearsal, config } = options;
  return {
    allowLoopback: rehearsal ?? false,
    services: [
      ...serviceOf(databaseUrl, 5432),
      ...serviceOf(ownerUrl, 5432),
      ...serviceOf(redisUrl, redisUrl?.includes('sentinel') ? 26_379 : 6379),
      ...serviceOf(mqttUrl, mqttUrl?.startsWith('mqtts') ? 8883 : 1883),
      { host: config.web.host, port: config.web.port },
    ],
  };
}

/**
 * A driver that connects to machines of the settings pages only where their office's networks allow it now, at the address
 * that was judged. What stands in `gerbang.yaml` is not judged: who writes that file may do more than this.
 */
export function guardedDriver(open: OpenTerminal, plan: Plan, rules: AddressRules): OpenTerminal {
  return async (target, clock) => {
    const officeCode = plan.now().managedAt.get(addressOf(target));
    if (officeCode === undefined) return open(target, clock);
    const admitted = await admit(target, plan.now().networksOf(officeCode), rules);
    if ('address' in admitted) return open({ ...target, host: admitted.address }, clock);
    throw new GerbangError(
      'ADDRESS_NOT_ALLOWED',
      `Gerbang does not connect there. ${setupTroubles[admitted.refused].en}`,
      { context: { office: officeCode, reason: admitted.refused } },
    );
  };
}

/** What the settings pages are given. */
export function setupPort(options: GatewayOptions, database: Database, plan: Plan): SetupPort {
  const means = { ...planMeans(options, database), rules: addressRules(options) };
  const { rehearsals } = options;
  return { plan, means, tryTerminal, ...(rehearsals === undefined ? {} : { rehearsals }) };
}

/** The store, with simulated machines turned away where data is real. */
export function refusingSimulated(store: OfficeMeans['store'], rehearsal: boolean): OfficeMeans['store'] {
  if (rehearsal) return store;
  return {
    ...store,
    async pin(place, serial, configured) {
      if (isSimulatedSerial(serial))
        throw new GerbangError(
          'TERMINAL_SIMULATED',
          `A simulated terminal answers here: ${serial}. Practice data is not stored among real data; correct the address.`,
          { context: { serial } },
        );
      return store.pin(place, serial, configured);
    },
  };
}
