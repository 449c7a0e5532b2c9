/** The polling side of the gateway: what all offices share, and which of them are polled here. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { createSerialClaims, keyOf } from '../office/identity.ts';
import { startLeaseKeeper } from '../office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans, wholeReadBounds } from '../office/means.ts';
import { startOffice } from '../office/office.ts';
import { createSlots } from '../office/slots.ts';
import { createStateBoard } from '../office/states.ts';
import { pause, systemTime } from '../office/waiting.ts';
import type { BatchQueue } from '../queue/producer.ts';
import type { Database } from '../store/database.ts';
import { setAside } from '../store/set-aside.ts';
import type { Metrics } from '../web/metrics.ts';
import { openTerminal } from '../zk/terminal.ts';
import { openZklibTerminal } from '../zklib/terminal.ts';
import type { HostTime } from './host-time.ts';
import { measured } from './measured.ts';
import type { Membership } from './membership.ts';
import { leaseTable, officeStore } from './office-ports.ts';
import { createReach, outageGraceMs } from './reach.ts';
import { spreadOffices } from './spread-offices.ts';

/** What polling needs from the gateway. */
export interface PollingMeans {
  readonly config: Config;
  readonly database: Database;
  readonly queue: BatchQueue;
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
  const { config, database, queue, metrics, hostTime, holder, leaseMs, membership, log } = polling;
  const { db } = database;
  const places = new Set(
    config.offices.flatMap((office) =>
      office.terminals.map((terminal) => keyOf({ officeCode: office.code, terminalName: terminal.name })),
    ),
  );
  const addresses = new Set(
    config.offices.flatMap(({ terminals }) => terminals.map(({ host, port }) => `${host}:${port}`)),
  );
  const reach = createReach(db, graceOf(config), holder, () => Date.now());
  const states = createStateBoard(
    (rows) => reach.write(rows),
    (err) => {
      if (!isGerbangError(err, 'STORE_UNAVAILABLE')) log.error({ err }, 'terminal states not written');
    },
  );
  const leases = startLeaseKeeper(leaseTable(db), { holder, exclusive: membership === null, ttlMs: leaseMs });
  const means: OfficeMeans = {
    drivers: { zk: openTerminal, 'node-zklib': openZklibTerminal },
    queue,
    store: officeStore(db, (place) => places.has(keyOf(place))),
    leases,
    states: measured(reach.watched(states), metrics),
    claims: createSerialClaims(),
    isConfigured: (address) => addresses.has(address),
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
  const stopOffices =
    membership === null
      ? startAll(config, means)
      : spreadOffices({
          offices: config.offices,
          holder,
          membership,
          leases,
          log,
          start: (office) => startOffice(office, means),
        });
  return async () => {
    await stopOffices();
    await leases.stop();
    await membership?.leave();
    await states.close();
  };
}

function graceOf({ offices }: Config): (officeCode: string) => number {
  const graces = new Map(offices.map(({ code, pollEverySeconds }) => [code, outageGraceMs(pollEverySeconds * 1_000)]));
  return (officeCode) => graces.get(officeCode) ?? outageGraceMs(0);
}

function startAll(config: Config, means: OfficeMeans): () => Promise<void> {
  const pollers = config.offices.map((office) => startOffice(office, means));
  return async () => void (await Promise.all(pollers.map((poller) => poller.stop())));
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
