/**
 * Polls the offices that are this gateway's: as the setup is now, while offices are added, changed and removed, and while
 * gateways come and go. It compares what runs with what should, so a change that failed half way is simply tried again.
 */
import type { OfficeConfig } from '../config.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LeaseKeeper } from '../office/lease-keeper.ts';
import type { RunningOffice } from '../office/office.ts';
import { spread } from '../office/spread.ts';
import { createSleeper } from '../office/waiting.ts';
import type { Plan } from '../setup/plan.ts';
import type { Membership } from './membership.ts';

/** What spreading needs. */
export interface SpreadMeans {
  readonly plan: Plan;
  readonly holder: string;
  /** The gateways on this database; null when there can be no other. */
  readonly membership: Membership | null;
  readonly leases: LeaseKeeper;
  readonly log: Log;
  start(office: OfficeConfig): RunningOffice;
  /** Makes an office known before it is polled. */
  register(office: OfficeConfig): Promise<void>;
  /** Removes the states of machines that an office no longer has. */
  tidy(officeCode: string): Promise<void>;
}

interface Mine {
  readonly office: OfficeConfig;
  /** Equal for offices that are polled alike. */
  readonly print: string;
  readonly running: RunningOffice;
  unguard(): void;
}

const lookEveryMs = 5_000;
/** A state that was being written when its machine was removed is written afterwards: it is looked for so many times. */
const tidyTimes = 2;

/** The offices that are polled here. */
interface Holdings {
  readonly mine: ReadonlyMap<string, Mine>;
  /** Starts an office, unless another gateway has it or the database is away. */
  take(office: OfficeConfig): Promise<void>;
  /** Leaves an office to another gateway. */
  passOn(code: string): Promise<void>;
  /** Stops an office that is set up otherwise now, or no longer at all. */
  putDown(held: Mine, now: OfficeConfig | undefined): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts spreading. Among several gateways an office is polled under a lease of its own, so that two that disagree for a
 * moment about who is alive never both poll it; and each terminal under its own, which bears the fence.
 *
 * @returns what stops it, and all offices with it; leases and the entry among the hosts are given back by their owners
 */
export function spreadOffices(means: SpreadMeans): () => Promise<void> {
  const { plan, holder, membership, log } = means;
  const stopping = new AbortController();
  const sleeper = createSleeper();
  const holdings = createHoldings(means, stopping.signal);
  const { mine } = holdings;
  const untidy = new Map<string, number>();

  const look = async (): Promise<void> => {
    const offices = plan.now().offices;
    const codes = new Map(offices.map((office) => [office.code, office]));
    const changed = [...mine.values()].filter(({ office: { code }, print }) => {
      const now = codes.get(code);
      return now === undefined || printOf(now) !== print;
    });
    for (const { office } of changed) untidy.set(office.code, tidyTimes);
    await Promise.all(changed.map((held) => holdings.putDown(held, codes.get(held.office.code))));
    const owners = membership === null ? null : await ownersOf(offices, membership);
    const isOurs = ({ code }: OfficeConfig): boolean => owners === null || owners.get(code) === holder;
    const surplus = offices.filter((office) => mine.has(office.code) && !isOurs(office));
    await Promise.all(surplus.map(({ code }) => holdings.passOn(code)));
    for (const office of offices.filter(isOurs)) {
      if (stopping.signal.aborted) return;
      if (!mine.has(office.code)) await holdings.take(office);
    }
    for (const [code, times] of untidy) {
      await means.tidy(code);
      if (times > 1) untidy.set(code, times - 1);
      else untidy.delete(code);
    }
  };

  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Without the database nobody else can take an office either; what is held is held as long as its lease.
      await look().catch((err: unknown) => log.warn({ err }, 'offices not spread'));
      if (!stopping.signal.aborted) await sleeper.sleep(membership?.beatEveryMs ?? lookEveryMs);
    }
  };
  const looking = keepLooking();
  const unlisten = plan.onChange(() => sleeper.wake());

  return async () => {
    unlisten();
    stopping.abort();
    sleeper.wake();
    await looking;
    await holdings.stop();
  };
}

function createHoldings(means: SpreadMeans, stopping: AbortSignal): Holdings {
  const { plan, membership, leases, log } = means;
  const mine = new Map<string, Mine>();
  const parting = new Set<Promise<void>>();
  // What ran before the first look was made known at the start of the gateway.
  const registered = new Map(plan.now().offices.map((office) => [office.code, printOf(office)]));

  const part = (code: string, end: (running: RunningOffice) => Promise<void>): Promise<void> => {
    const held = mine.get(code);
    if (held === undefined) return Promise.resolve();
    mine.delete(code);
    held.unguard();
    const parted = end(held.running).finally(() => parting.delete(parted));
    parting.add(parted);
    return parted;
  };

  const take = async (office: OfficeConfig): Promise<void> => {
    const { code } = office;
    try {
      if (membership !== null) await leases.hold(leaseOf(code));
      if (registered.get(code) !== printOf(office)) await means.register(office);
    } catch (error) {
      if (isGerbangError(error, 'TERMINAL_LEASED_ELSEWHERE', 'STORE_UNAVAILABLE')) return;
      throw error;
    }
    registered.set(code, printOf(office));
    if (stopping.aborted) return;
    const lost = (): void => {
      log.warn({ office: code }, 'office lost to another gateway');
      void part(code, (running) => running.handOver());
    };
    const unguard = membership === null ? () => {} : leases.guard(leaseOf(code), lost);
    mine.set(code, { office, print: printOf(office), running: means.start(office), unguard });
    if (membership !== null) log.info({ office: code }, 'office is polled here');
  };

  const passOn = async (code: string): Promise<void> => {
    await part(code, (running) => running.handOver());
    if (membership !== null) await leases.release(leaseOf(code));
    log.info({ office: code }, 'office passed on to another gateway');
  };

  /** Stops an office that is set up otherwise now, or no longer at all. What goes on unchanged stays on the board. */
  const putDown = async (held: Mine, now: OfficeConfig | undefined): Promise<void> => {
    const { code } = held.office;
    const kept = new Set(now?.terminals.filter((terminal) => isSame(held.office, terminal)).map(({ name }) => name));
    await part(code, (running) => running.handOver(kept));
    if (now === undefined && membership !== null) await leases.release(leaseOf(code));
    log.info({ office: code }, now === undefined ? 'office removed' : 'office changed');
  };

  return {
    mine,
    take,
    passOn,
    putDown,
    stop: async () =>
      void (await Promise.all([
        ...[...mine.keys()].map((code) => part(code, (running) => running.stop())),
        ...parting,
      ])),
  };
}

async function ownersOf(
  offices: readonly OfficeConfig[],
  membership: Membership,
): Promise<ReadonlyMap<string, string>> {
  const weights = offices.map(({ code, terminals }) => ({ code, terminals: terminals.length }));
  return spread(weights, await membership.beat());
}

/** A comm key is part of it, so it must not be shown; it is only compared. */
function printOf(office: OfficeConfig): string {
  return JSON.stringify(office);
}

function isSame(before: OfficeConfig, terminal: OfficeConfig['terminals'][number]): boolean {
  const other = before.terminals.find(({ name }) => name === terminal.name);
  return JSON.stringify(other) === JSON.stringify(terminal);
}

function leaseOf(officeCode: string): string {
  return `office:${officeCode}`;
}
