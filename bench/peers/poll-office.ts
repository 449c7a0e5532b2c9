/**
 * The gateway's own poll against one terminal, without a database: a store in memory judges batches by the rule of the
 * database. What is measured is the poll, not Postgres.
 */
import { randomUUID } from 'node:crypto';
import { createHostClock } from '../../src/host-clock.ts';
import { silentLog } from '../../src/log.ts';
import { createSerialClaims } from '../../src/office/identity.ts';
import { startLeaseKeeper } from '../../src/office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans } from '../../src/office/means.ts';
import { newTerminalMemory } from '../../src/office/memory.ts';
import { pollTerminal } from '../../src/office/poll.ts';
import type { PolledTerminal } from '../../src/office/poll-context.ts';
import { createSlots } from '../../src/office/slots.ts';
import { createStateBoard } from '../../src/office/states.ts';
import { systemTime } from '../../src/office/waiting.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { openZklibTerminal } from '../../src/zklib/terminal.ts';
import { createShelf } from '../../test/office/tools/shelf.ts';

/** Polls of one terminal in a row, each knowing what the ones before it learnt. */
export interface PollingOffice {
  /** One poll, to its end. @throws Error when it did not end well */
  poll(): Promise<void>;
  /** Records stored so far. */
  stored(): number;
  stop(): void;
}

/** An office with one terminal at `port` of loopback. */
export function openPollingOffice(port: number): PollingOffice {
  const place = { officeCode: 'bench', terminalName: 'one' };
  const shelf = createShelf();
  const leases = startLeaseKeeper(
    { acquire: async () => 1, renew: async (held) => held.map(({ key }) => key), release: async () => undefined },
    { holder: 'bench', exclusive: false },
  );
  const states = createStateBoard(
    async () => undefined,
    () => undefined,
  );
  const means: OfficeMeans = {
    drivers: { zk: openTerminal, 'node-zklib': openZklibTerminal },
    queue: shelf.queue,
    store: shelf.store,
    leases,
    states,
    claims: createSerialClaims(),
    isConfigured: () => false,
    wholeReads: createSlots(4),
    // A hundred thousand records are fifty batches; here they are taken at once.
    bounds: { ...defaultPollBounds, batchesPerTerminal: 1000 },
    newHostClock: createHostClock,
    time: systemTime,
    // A question to the clock waits for its tick, up to a second in which nothing is sent. That is not measured.
    pause: async () => undefined,
    newBatchId: randomUUID,
    random: Math.random,
    keepUnproven: () => undefined,
    log: silentLog(),
  };
  const terminal: PolledTerminal = {
    place,
    target: { host: '127.0.0.1', port },
    live: null,
    serial: null,
    open: openTerminal,
    timeZone: 'Asia/Jakarta',
    pollEveryMs: 5000,
    settingRule: { set: false, whenOffByMs: 10_000, isQuiet: () => false },
    isRush: () => false,
    zoneOffsetMs: () => 7 * 3_600_000,
    takeWholeRead: () => means.wholeReads.take(),
    log: means.log,
  };
  states.add(place, `127.0.0.1:${port}`);
  const memory = newTerminalMemory(null, 0);
  return {
    async poll() {
      const { end, error } = await pollTerminal(terminal, memory, means, 1, new AbortController().signal);
      if (end !== 'done') throw error ?? new Error(`the poll ended as "${end}"`);
    },
    stored: () => (memory.serial === null ? 0 : shelf.recordsOf(memory.serial).length),
    stop() {
      states.close();
      void leases.stop();
    },
  };
}
