/** The polling side of the gateway: what all offices share, and which of them are polled here. */
import { randomUUID } from 'node:crypto';
import type { Config, OfficeConfig } from '../config.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BellGate } from '../office/bell-gate.ts';
import { createSerialClaims, keyOf, type Place } from '../office/identity.ts';
import { startLeaseKeeper } from '../office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans, wholeReadBounds } from '../office/means.ts';
import { type RunningOffice, startOffice } from '../office/office.ts';
import { createSlots } from '../office/slots.ts';
import { createStateBoard } from '../office/states.ts';
import { pause, systemTime } from '../office/waiting.ts';
import type { BatchQueue } from '../queue/producer.ts';
import type { AddressRules } from '../setup/addresses.ts';
import type { Plan } from '../setup/plan.ts';
import type { Database } from '../store/database.ts';
import { setAside } from '../store/set-aside.ts';
import { keepTerminalStates } from '../store/terminal-state.ts';
import { registerOffice } from '../store/terminals.ts';
import type { Metrics } from '../web/metrics.ts';
import { openTerminal } from '../zk/terminal.ts';
import { openZklibTerminal } from '../zklib/terminal.ts';
import { startCommands } from './commands.ts';
import type { HostTime } from './host-time.ts';
import { measured } from './measured.ts';
import type { Membership } from './membership.ts';
import { leaseTable, officeStore } from './office-ports.ts';
import { createReach, outageGraceMs } from './reach.ts';
import { guardedDriver, refusingSimulated } from './setup.ts';
import { spreadOffices } from './spread-offices.ts';

/** What polling needs from the gateway. */
export interface PollingMeans {
  readonly config: Config;
  /** The offices there are now. */
  readonly plan: Plan;
  readonly rules: AddressRules;
  readonly database: Database;
  readonly queue: BatchQueue;
  readonly bells: BellGate;
  readonly metrics: Metrics;
  readonly hostTime: HostTime;
  /** Names this process in every lease. */
  readonly holder: string;
  readonly leaseMs: number;
  /** The other gateways on this database; null when there can be none. */
  readonly membership: Membership | null;
  readonly log: Log;
}

/** Starts polling. @returns what stops it: loops first, then leases, then the last states are written */
export function startOffices(polling: PollingMeans): () => Promise<void> {
  const { plan, database, metrics, holder, leaseMs, membership, log } = polling;
  const { db } = database;
  const reach = createReach(db, graceOf(plan), holder, () => Date.now());
  const states = createStateBoard(
    (rows) => reach.write(rows),
    (err) => {
      if (!isGerbangError(err, 'STORE_UNAVAILABLE')) log.error({ err }, 'terminal states not written');
    },
  );
  const leases = startLeaseKeeper(leaseTable(db), { holder, exclusive: membership === null, ttlMs: leaseMs });
  const running = new Map<string, RunningOffice>();
  const commands = startCommands(database, running, holder, log.child({ part: 'commands' }));
  const board = measured(reach.watched(states), metrics);
  const means = { ...meansOf(polling, leases, board), isPaused: commands.isPaused };
  const stopOffices = spreadOffices({
    plan,
    holder,
    membership,
    leases,
    log,
    start: (office) => listed(startOffice(office, means), office.code, running),
    register: (office) => registerConfigured(db, office),
    tidy: (code) => keepTerminalStates(db, code, plan.office(code)?.terminals.map(({ name }) => name) ?? []),
  });
  return async () => {
    polling.bells.close();
    await commands.stop();
    await stopOffices();
    await leases.stop();
    await membership?.leave();
    await states.close();
  };
}

/** Makes an office known as it is configured now; states of machines it no longer has are gone. */
export async function registerConfigured(db: Database['db'], office: OfficeConfig): Promise<void> {
  const { code, name, timeZone, terminals } = office;
  await registerOffice(db, { code, name, timeZone });
  await keepTerminalStates(
    db,
    code,
    terminals.map((terminal) => terminal.name),
  );
}

function meansOf(polling: PollingMeans, leases: OfficeMeans['leases'], states: OfficeMeans['states']): OfficeMeans {
  const { config, plan, rules, database, queue, bells, hostTime, log } = polling;
  const { db } = database;
  const isPlace = ({ officeCode, terminalName }: Place): boolean =>
    plan.office(officeCode)?.terminals.some(({ name }) => name === terminalName) ?? false;
  const isAddress = (address: string): boolean =>
    plan.now().offices.some(({ terminals }) => terminals.some(({ host, port }) => `${host}:${port}` === address));
  return {
    drivers: {
      zk: guardedDriver(openTerminal, plan, rules),
      'node-zklib': guardedDriver(openZklibTerminal, plan, rules),
    },
    queue: toldOf(queue, bells),
    bells,
    store: refusingSimulated(officeStore(db, isPlace), rules.allowLoopback),
    leases,
    states,
    claims: createSerialClaims(),
    isConfigured: isAddress,
    wholeReads: createSlots(wholeReadBounds.perGateway),
    bounds: {
      ...defaultPollBounds,
      recordsPerBatch: config.queue.recordsPerBatch,
      batchesPerTerminal: config.queue.batchesPerTerminal,
      maxWaiting: config.queue.maxWaiting,
    },
    newHostClock: hostTime.newClock,
    hostErrorMs: () => hostTime.error()?.errorMs ?? null,
    time: systemTime,
    pause,
    keepUnproven: keeperOf(db, log),
    newBatchId: randomUUID,
    random: Math.random,
    log: log.child({ part: 'office' }),
  };
}

/** The queue, and the gate learns what is on its way. */
function toldOf(queue: BatchQueue, bells: BellGate): OfficeMeans['queue'] {
  return {
    depth: () => queue.depth(),
    async enqueue(batch) {
      bells.sent(batch);
      try {
        await queue.enqueue(batch);
      } catch (error) {
        bells.settled(batch);
        throw error;
      }
    },
  };
}

function graceOf(plan: Plan): (officeCode: string) => number {
  return (officeCode) => outageGraceMs((plan.office(officeCode)?.pollEverySeconds ?? 0) * 1_000);
}

/** Keeps an office among those polled here as long as it is. */
function listed(office: RunningOffice, code: string, running: Map<string, RunningOffice>): RunningOffice {
  const unlist = (): void => {
    if (running.get(code) === entry) running.delete(code);
  };
  const entry: RunningOffice = {
    ...office,
    stop() {
      unlist();
      return office.stop();
    },
    handOver(kept) {
      unlist();
      return office.handOver(kept);
    },
  };
  running.set(code, entry);
  return entry;
}

/** One copy per terminal and day: a log that is refused at every poll must not fill the disk. */
function keeperOf(db: Database['db'], log: Log): OfficeMeans['keepUnproven'] {
  return ({ officeCode, terminalName }, recordBytes) => {
    const day = new Date().toISOString().slice(0, 10);
    setAside(db, {
      serial: null,
      officeCode,
      reasonCode: 'READ_LAYOUT_UNPROVEN',
      reason: `Log of terminal ${terminalName}, whose record layout could not be proven.`,
      content: Buffer.from(recordBytes),
      identity: `${keyOf({ officeCode, terminalName })} ${day}`,
    }).catch((err: unknown) => log.warn({ err, office: officeCode, terminal: terminalName }, 'log not set aside'));
  };
}
