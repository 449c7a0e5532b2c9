/** One gateway of a world: the office loops, lease keeper and worker as they are, over links of the world. */
import type { Random } from '../../device-sim/random.ts';
import type { OfficeConfig } from '../../src/config.ts';
import { GerbangError } from '../../src/errors.ts';
import { createHostClock } from '../../src/host-clock.ts';
import { createLog, type Log, silentLog } from '../../src/log.ts';
import { createSerialClaims, type Place } from '../../src/office/identity.ts';
import { startLeaseKeeper } from '../../src/office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans } from '../../src/office/means.ts';
import { startOffice } from '../../src/office/office.ts';
import type { PollResult } from '../../src/office/poller.ts';
import { createSlots } from '../../src/office/slots.ts';
import { createStateBoard, type TerminalStateView } from '../../src/office/states.ts';
import type { Batch } from '../../src/punch/batch.ts';
import type { Kernel } from './kernel.ts';
import { createLife, type Life } from './life.ts';
import type { WorldQueue } from './queue.ts';
import { openWorldSession } from './session.ts';
import type { WorldStore } from './store.ts';
import type { WorldTerminal } from './terminal.ts';

/** What all gateways of a world share. */
export interface Town {
  readonly kernel: Kernel;
  readonly store: WorldStore;
  readonly queue: WorldQueue;
  /** By host name. */
  readonly terminals: ReadonlyMap<string, WorldTerminal>;
  readonly ways: {
    storeAway: boolean;
    /** The commit comes through and its answer does not, as a chance. */
    commitUnknown: number;
  };
  readonly recordsPerBatch: number;
  readonly leaseMs: number;
  /** Stores a batch in one instant, under watch. */
  apply(batch: Batch): void;
  onOpen(terminal: WorldTerminal, life: Life): void;
  /** Told how each poll ended. */
  onEnd(place: Place, result: PollResult): void;
  readonly traceLogs: boolean;
}

export interface WorldGateway {
  readonly life: Life;
  /** How far its wall clock has been moved. */
  stepHost(byMs: number): void;
  states(): readonly TerminalStateView[];
  /** An orderly stop. */
  stop(): Promise<void>;
}

const linkMs = 2;
const commitMs = 6;

/** @param offices as configured; every gateway knows all of them */
export function startWorldGateway(
  town: Town,
  name: string,
  offices: readonly OfficeConfig[],
  random: Random,
): WorldGateway {
  const { kernel, store, queue, terminals } = town;
  const life = createLife(kernel, name, () => {
    for (const terminal of terminals.values()) {
      for (const [session, opener] of terminal.openedBy) if (opener === name) terminal.openedBy.delete(session);
    }
  });
  const { time } = life;
  let hostStepMs = 0;
  const atStore = <T>(what: string, work: () => T): Promise<T> =>
    life.call(what, linkMs, () => {
      if (town.ways.storeAway) throw storeAway();
      return work();
    });
  const leases = startLeaseKeeper(
    {
      acquire: (key, holder, ttlMs) => atStore('acquire', () => store.acquire(key, holder, ttlMs)),
      renew: (tokens, holder, ttlMs) => atStore('renew', () => store.renew(tokens, holder, ttlMs)),
      release: (tokens, holder) => atStore('release', () => store.release(tokens, holder)),
    },
    { holder: name, exclusive: false, ttlMs: town.leaseMs, time },
  );
  const states = createStateBoard(
    // States on the page are best effort, and written again until they are: they are judged in memory.
    async () => undefined,
    () => undefined,
    time,
  );
  const log = logOf(town, name);
  let ids = 0;
  const open: OfficeMeans['drivers']['zk'] = ({ host }, clock) => {
    const terminal = terminals.get(host);
    if (terminal === undefined) return Promise.reject(new GerbangError('NET_UNREACHABLE', 'Nobody lives there.'));
    return openWorldSession(kernel, life, terminal, clock, random, town.onOpen);
  };
  const means: OfficeMeans = {
    drivers: { zk: open, 'node-zklib': open },
    queue: {
      enqueue: (batch) => life.call('enqueue', linkMs, () => queue.add(batch)),
      depth: () => life.call('depth', linkMs, () => queue.depth()),
    },
    store: {
      readCursor: (serial) => atStore('cursor', () => store.shelfOf(serial)?.cursor ?? null),
      readStoredImage: (cursor) => atStore('image', () => store.storedImage(cursor)),
      readPin: (place) => atStore('read pin', () => store.readPin(place)),
      pin: (place, serial, configured) => atStore('pin', () => store.pin(place, serial, configured)),
    },
    leases,
    states: {
      ...states,
      end(place, result, utcMs, durationMs) {
        town.onEnd(place, result);
        states.end(place, result, utcMs, durationMs);
      },
    },
    claims: createSerialClaims(),
    isConfigured: (address) => terminals.has(address.split(':')[0] ?? ''),
    wholeReads: createSlots(2),
    bounds: {
      ...defaultPollBounds,
      recordsPerBatch: town.recordsPerBatch,
      batchesPerTerminal: 3,
      sessionsPerOffice: 3,
      bursts: { firstContact: 4, hourly: 3 },
    },
    newHostClock: () =>
      createHostClock({
        monotonicMs: () => kernel.nowMs(),
        wallMs: () => kernel.nowMs() + hostStepMs,
        uptimeMs: () => kernel.nowMs(),
      }),
    time,
    pause: time.pause,
    keepUnproven: () => undefined,
    newBatchId: () => {
      ids += 1;
      return `${name}-${ids}`;
    },
    random: random.next,
    log,
  };
  queue.serve(life, commitMs, (batch) => {
    if (town.ways.storeAway) throw storeAway();
    town.apply(batch);
    if (random.chance(town.ways.commitUnknown)) throw storeAway();
  });
  const pollers = offices.map((office) => startOffice(office, means));
  return {
    life,
    stepHost(byMs) {
      hostStepMs += byMs;
      kernel.note(name, `host clock moved by ${byMs}`);
    },
    states: () => states.snapshot(),
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
      await leases.stop();
      await states.close();
    },
  };
}

function storeAway(): GerbangError {
  return new GerbangError('STORE_UNAVAILABLE', 'The database is away in this world.');
}

function logOf({ kernel, traceLogs }: Town, name: string): Log {
  if (!traceLogs) return silentLog();
  const write = (line: string): void => {
    const { level, msg, time: _time, ...facts } = JSON.parse(line);
    kernel.remark(name, `${level} ${msg} ${JSON.stringify(facts)}`);
  };
  return createLog({ level: 'debug', destination: { write } });
}
