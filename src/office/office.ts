/**
 * One office: its terminals, its loop, its turns. A bulkhead: nothing in here waits for another office.
 */
import { zoneOffsetMs } from '../clock/zone.ts';
import { isQuiet, type OfficeConfig, parseAddressRange, parseQuietHours, type TerminalConfig } from '../config.ts';
import type { Place } from './identity.ts';
import { createLiveLine, type LiveLine, longestKeptMs } from './live-line.ts';
import { type OfficeMeans, wholeReadBounds } from './means.ts';
import { newTerminalMemory } from './memory.ts';
import { carryOut, createDesk, type Desk, type OrderFacts, type OrderKind } from './orders.ts';
import type { PollEnd } from './pacing.ts';
import { pollTerminal } from './poll.ts';
import type { PolledTerminal } from './poll-context.ts';
import { type Pollable, type Poller, type PollResult, startPoller } from './poller.ts';
import { createSearch, type Search } from './search.ts';
import { createSlots, type GiveBack, type Slots } from './slots.ts';
import { within } from './waiting.ts';
import { createWhereabouts, type Whereabouts } from './whereabouts.ts';

/** The least rest between two sessions with one terminal. */
const restMs = 250;

const closeLinesMs = 3_000;

/** An office that is polled. */
export interface RunningOffice extends Poller {
  /**
   * Stops and gives the leases back: another gateway polls these terminals from now on, or this one in another way.
   *
   * @param kept names of terminals of which the state stays on the board, because they are polled here again at once
   */
  handOver(kept?: ReadonlySet<string>): Promise<void>;
  /**
   * Does what a person ordered as soon as the terminal has time for it.
   *
   * @throws GerbangError COMMAND_EXPIRED when `signal` is aborted first or there is no such terminal; or why it failed
   */
  order(name: string, kind: OrderKind, signal: AbortSignal): Promise<OrderFacts>;
}

/** Starts polling all terminals of an office. Stop it before the lease keeper and the state board. */
export function startOffice(office: OfficeConfig, means: OfficeMeans): RunningOffice {
  const wholeReads = createSlots(wholeReadBounds.perOffice);
  const lines: LiveLine[] = [];
  const ring = (name: string): void => {
    const letIn = (): boolean => poller.ring(name);
    if (means.bells === undefined) letIn();
    else means.bells.ring({ officeCode: office.code, terminalName: name }, letIn);
  };
  const search = searchOf(office, means);
  const places: Whereabouts[] = [];
  const desks = new Map(office.terminals.map(({ name }) => [name, createDesk()]));
  const terminals = office.terminals.map((config) => {
    const { name, host, port } = config;
    const address = (): string => place.address();
    const live = office.live ? liveLineOf(office, name, address, means, ring) : null;
    if (live !== null) lines.push(live);
    const terminal = polledTerminal(office, config, means, wholeReads, live);
    const { target, open } = terminal;
    const place = createWhereabouts({ host, port }, search, { name, target, open }, (from) => {
      // Back there it would be polled under a fence that is older than that of its newest batches.
      void means.leases.release(from);
      poller.retry(name);
    });
    places.push(place);
    return pollable(terminal, place, means, desks.get(name) ?? createDesk());
  });
  const poller = startPoller(terminals, {
    pace: { pollEveryMs: office.pollEverySeconds * 1_000, restMs },
    sessions: means.bounds.sessionsPerOffice,
    deadlineMs: means.bounds.pollDeadlineMs,
    random: means.random,
    time: means.time,
  });
  const stop = async (): Promise<void> => {
    const closing = Promise.all(lines.map((line) => line.close()));
    await Promise.all([poller.stop(), within(closing, closeLinesMs, means.time), search?.stop()]);
  };
  return {
    ...poller,
    stop,
    async order(name, kind, signal) {
      const answer = (desks.get(name) ?? createDesk()).put(kind, desks.has(name) ? signal : AbortSignal.abort());
      poller.retry(name);
      return answer;
    },
    async handOver(kept) {
      await stop();
      await Promise.all(places.map((place) => means.leases.release(place.address())));
      for (const { name } of office.terminals)
        if (kept?.has(name) !== true) means.states.remove({ officeCode: office.code, terminalName: name });
    },
  };
}

function liveLineOf(
  office: OfficeConfig,
  name: string,
  address: () => string,
  { leases, random, time, log }: OfficeMeans,
  ring: (name: string) => void,
): LiveLine {
  return createLiveLine({
    address,
    leases,
    random,
    time,
    ring: () => ring(name),
    log: log.child({ office: office.code, terminal: name }),
  });
}

/** The search over the office's range, at the ports its terminals have. */
function searchOf(office: OfficeConfig, means: OfficeMeans): Search | null {
  if (office.searchRange.length === 0) return null;
  const { leases, newHostClock, bounds, time } = means;
  const ports = [...new Set(office.terminals.map(({ port }) => port))];
  const candidates = office.searchRange
    .flatMap((range) => parseAddressRange(range) ?? [])
    .flatMap((host) => ports.map((port) => ({ host, port })))
    .filter(({ host, port }) => !means.isConfigured(`${host}:${port}`));
  const log = means.log.child({ office: office.code });
  return createSearch({ candidates, leases, newHostClock, spacingMs: bounds.searchSpacingMs, time, log });
}

function pollable(terminal: PolledTerminal, whereabouts: Whereabouts, means: OfficeMeans, desk: Desk): Pollable {
  const { place, log } = terminal;
  const memory = newTerminalMemory(terminal.serial, means.random());
  let lastCode: string | null = null;
  let rests = false;
  let isLook = false;
  means.states.add(place, whereabouts.address());
  return {
    name: place.terminalName,
    log,
    async poll(signal, rung) {
      const there = { ...terminal, target: { ...terminal.target, ...whereabouts.here() } };
      const order = desk.take();
      isLook = order?.kind === 'probe';
      if (order === null && (means.isPaused?.(place) ?? false)) {
        if (!rests) means.states.see(place, { rests: true });
        rests = true;
        await terminal.live?.rest();
        return { end: 'put-off', error: null };
      }
      rests = false;
      means.bells?.began(place);
      // Under a newer fence nothing of ours is refused that is not somebody else's by right.
      if (memory.log.gaveUp) await means.leases.release(whereabouts.address());
      const result = await underLease(whereabouts.address(), means, signal, (fence, end) =>
        order === null
          ? pollTerminal(there, memory, means, fence, end, rung)
          : carryOut(order, desk, there, memory, means, fence, end),
      ).catch((error: unknown) => {
        order?.fail(error);
        throw error;
      });
      return whereabouts.told(result);
    },
    onEnd(result, durationMs, lateMs) {
      means.bells?.ended(place);
      // Neither says how the terminal stands.
      if (isLook || rests) return;
      whereabouts.note(result, memory.serial);
      means.states.end(place, result, means.newHostClock().nowMs(), durationMs, lateMs);
      lastCode = tell(terminal, result, lastCode, memory.serial);
    },
  };
}

function polledTerminal(
  office: OfficeConfig,
  config: TerminalConfig,
  means: OfficeMeans,
  wholeReads: Slots,
  live: LiveLine | null,
): PolledTerminal {
  const { host, port, commKey, transport, quirks } = config;
  const place: Place = { officeCode: office.code, terminalName: config.name };
  const { pollDeadlineMs } = means.bounds;
  const sessionTimeoutMs = live === null ? pollDeadlineMs : longestKeptMs(pollDeadlineMs);
  const quiet = parseQuietHours(office.clock.quietHours) ?? [];
  const rush = parseQuietHours(office.rush.join(',')) ?? [];
  return {
    place,
    target: {
      host,
      port,
      commKey,
      transport,
      quirks,
      sessionTimeoutMs,
      keepUnproven: (bytes) => means.keepUnproven(place, bytes),
    },
    live,
    serial: config.serial ?? null,
    open: means.drivers[config.driver],
    pollEveryMs: office.pollEverySeconds * 1_000,
    timeZone: office.timeZone,
    settingRule: {
      set: office.clock.set,
      whenOffByMs: office.clock.whenOffBySeconds * 1_000,
      isQuiet: (minuteOfDay) => isQuiet(quiet, minuteOfDay),
    },
    isRush: (minuteOfDay) => isQuiet(rush, minuteOfDay),
    zoneOffsetMs: (utcMs) => zoneOffsetMs(office.timeZone, utcMs),
    takeWholeRead: () => takeBoth(wholeReads, means.wholeReads),
    log: means.log.child({ office: office.code, terminal: config.name }),
  };
}

/** A turn of the office and one of the gateway, or none. */
function takeBoth(office: Slots, gateway: Slots): GiveBack | null {
  const mine = office.take();
  if (mine === null) return null;
  const shared = gateway.take();
  if (shared === null) {
    mine();
    return null;
  }
  return () => {
    mine();
    shared();
  };
}

/** Polls while the lease lasts; a lease that is lost ends the poll. */
async function underLease(
  address: string,
  means: OfficeMeans,
  signal: AbortSignal,
  poll: (fence: number, end: AbortSignal) => Promise<PollResult>,
): Promise<PollResult> {
  const fence = await means.leases.hold(address);
  const ending = new AbortController();
  const stop = (): void => ending.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const unguard = means.leases.guard(address, (error) => ending.abort(error));
  try {
    return await poll(fence, ending.signal);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    unguard();
    signal.removeEventListener('abort', stop);
  }
}

const isFailure = (end: PollEnd): boolean => end === 'failed' || end === 'needs-person';

/** Logs a trouble when it begins, changes or ends, not at each of its polls. Returns the code to compare with. */
function tell({ log }: PolledTerminal, { end, error }: PollResult, lastCode: string | null, serial: string | null) {
  if (error === null) {
    if (end !== 'done') return lastCode;
    if (lastCode !== null) log.info({ serial, code: lastCode }, 'terminal is well again');
    return null;
  }
  const { code } = error;
  if (code === lastCode) log.debug({ serial, code }, 'terminal still in trouble');
  else
    log.warn(
      { serial, code, err: error },
      end === 'done' ? 'terminal read, with a notice' : isFailure(end) ? 'terminal not read' : 'terminal waits',
    );
  return code;
}
