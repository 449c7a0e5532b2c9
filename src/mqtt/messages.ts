/** What is published, as JSON. docs/mqtt.md describes every field; what it promises stays. */
import type { Arrival, MachineRow } from '../store/board.ts';
import type { OutgoingMessage } from './link.ts';
import { gatewayTopic, punchTopic, terminalTopic } from './topics.ts';

/** One attendance row. */
export function punchMessage(row: Arrival): OutgoingMessage {
  const payload = {
    id: row.punchId,
    revision: row.revision,
    office: row.officeCode,
    terminal: row.serial,
    terminalName: row.terminalName,
    pin: row.pin,
    personId: row.personId,
    occurredAt: instant(row.occurredAtMs),
    earliest: instant(row.earliestMs),
    latest: instant(row.latestMs),
    timeStatus: row.timeStatus,
    deviceTime: row.deviceTime === null ? null : row.deviceTime.replace(' ', 'T'),
    verifyMode: row.verifyMode,
    punchState: row.punchState,
    workCode: row.workCode,
    source: row.source,
    receivedAt: instant(row.receivedAtMs),
    suspect: row.suspect,
  };
  return { topic: punchTopic(row.officeCode, row.serial), payload: JSON.stringify(payload), retain: false };
}

/** How a terminal stands. Null for one whose serial is not known yet: it has no topic. */
export function terminalMessage(machine: MachineRow): OutgoingMessage | null {
  if (machine.serial === null) return null;
  const payload = {
    office: machine.officeCode,
    terminal: machine.serial,
    terminalName: machine.name,
    state: machine.state,
    errorCode: machine.errorCode,
    failingSince: instant(machine.failingSinceMs),
    lastReadAt: instant(machine.lastReadMs),
    clockOffsetMs: rounded(machine.offsetMs),
    clockOffsetBoundMs: rounded(machine.offsetBoundMs),
    records: machine.records,
    recordCapacity: machine.recordCapacity,
  };
  return { topic: terminalTopic(machine.officeCode, machine.serial), payload: JSON.stringify(payload), retain: true };
}

/** How the gateway itself stands; `offline` is also its last will. */
export function gatewayMessage(state: 'online' | 'offline', sinceMs: number | null): OutgoingMessage {
  return { topic: gatewayTopic, payload: JSON.stringify({ state, since: instant(sinceMs) }), retain: true };
}

/** An empty retained message takes the old one away (MQTT 3.1.1, section 3.3.1.3). */
export function clearedMessage(topic: string): OutgoingMessage {
  return { topic, payload: '', retain: true };
}

/** ISO 8601 in UTC; null for what is not known. */
function instant(atMs: number | null): string | null {
  return atMs === null || !Number.isFinite(atMs) ? null : new Date(atMs).toISOString();
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
