/** Tests a connection that is not saved yet: reads who answers there and what its clock says, and changes nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { deviceMsOf } from '../clock/device-time.ts';
import { foldSamples, midpointOf, widthOf } from '../clock/offset.ts';
import type { ClockSample } from '../clock/sample.ts';
import { zoneOffsetMs } from '../clock/zone.ts';
import { GerbangError } from '../errors.ts';
import { createHostClock } from '../host-clock.ts';
import type { TriedTerminal, TryTarget } from '../web/setup/port.ts';
import type { HostClock, OpenTerminal, TerminalSession } from '../zk/driver.ts';
import { openTerminal } from '../zk/terminal.ts';
import { openZklibTerminal } from '../zklib/terminal.ts';

/** All of it, connecting included. */
const withinMs = 12_000;
const clockQuestions = 4;

const drivers: Readonly<Record<string, OpenTerminal>> = { zk: openTerminal, 'node-zklib': openZklibTerminal };

/**
 * Asks a terminal who it is.
 *
 * @param target its address was judged already
 * @throws GerbangError what went wrong, READ_TOO_SLOW after 12 s
 */
export async function tryTerminal(target: TryTarget): Promise<TriedTerminal> {
  const { host, port, commKey, driver, transport, quirks, timeZone } = target;
  const open = drivers[driver] ?? openTerminal;
  const clock = createHostClock();
  const timeouts = { connectTimeoutMs: 4_000, replyTimeoutMs: 4_000, sessionTimeoutMs: withinMs };
  const opening = open({ host, port, transport, quirks, ...timeouts, ...(commKey === null ? {} : { commKey }) }, clock);
  const limit = new AbortController();
  const late = delay(withinMs, null, { signal: limit.signal }).catch(() => null);
  try {
    const found = await Promise.race([opening.then((session) => ask(session, clock, timeZone)), late]);
    if (found !== null) return found;
    throw new GerbangError('READ_TOO_SLOW', 'The terminal took longer than 12 s to answer. Look at the link to it.');
  } finally {
    limit.abort();
    void opening.then((session) => session.close()).catch(() => undefined);
  }
}

async function ask(session: TerminalSession, clock: HostClock, timeZone: string): Promise<TriedTerminal> {
  const identity = await session.identify();
  const { records, recordCapacity, users } = await session.readCounters();
  const samples: ClockSample[] = [];
  for (let asked = 0; asked < clockQuestions; asked += 1) {
    const { deviceTime, sentAtMs, receivedAtMs } = await session.readClock();
    const deviceMs = deviceMsOf(deviceTime);
    if (deviceMs !== null) samples.push({ sentAtMs, receivedAtMs, deviceMs, kind: 'first-contact' });
    await delay(230);
  }
  await session.close();
  const interval = foldSamples(samples).at(-1)?.interval ?? null;
  const zoneMs = zoneOffsetMs(timeZone, clock.nowMs());
  const offset = interval === null ? null : { offsetMs: midpointOf(interval) - zoneMs, boundMs: widthOf(interval) / 2 };
  return { ...identity, transport: session.transport, records, recordCapacity, users, offset };
}
