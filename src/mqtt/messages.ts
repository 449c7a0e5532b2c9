/** What is published, as JSON. docs/mqtt.md describes every field; what it promises stays. */
import type { AlertRow } from '../store/alerts.ts';
import type { Arrival, MachineRow } from '../store/board.ts';
import { digestText } from '../store/digest-text.ts';
import type { SealedDay } from '../store/evidence-days.ts';
import { toldInstant, toldRow } from '../store/told-row.ts';
import { toldAlert } from '../words/told-alert.ts';
import type { OutgoingMessage } from './link.ts';
import { alertsTopic, evidenceTopic, gatewayTopic, punchTopic, terminalTopic } from './topics.ts';

/** A storm is grouped before it comes here; a message must stay small all the same. */
const mostAlerts = 200;

/** One attendance row. */
export function punchMessage(row: Arrival): OutgoingMessage {
  return { topic: punchTopic(row.officeCode, row.serial), payload: JSON.stringify(toldRow(row)), retain: false };
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
    failingSince: toldInstant(machine.failingSinceMs),
    lastReadAt: toldInstant(machine.lastReadMs),
    clockOffsetMs: rounded(machine.offsetMs),
    clockOffsetBoundMs: rounded(machine.offsetBoundMs),
    records: machine.records,
    recordCapacity: machine.recordCapacity,
  };
  return { topic: terminalTopic(machine.officeCode, machine.serial), payload: JSON.stringify(payload), retain: true };
}

/** How the gateway itself stands; `offline` is also its last will. */
export function gatewayMessage(state: 'online' | 'offline', sinceMs: number | null): OutgoingMessage {
  return { topic: gatewayTopic, payload: JSON.stringify({ state, since: toldInstant(sinceMs) }), retain: true };
}

/** One line that stands for all evidence up to a day (docs/data.md, "Days"); null while no day is sealed. */
export function evidenceMessage(sealed: SealedDay | null): OutgoingMessage | null {
  if (sealed === null) return null;
  const { day, terminals, batches } = sealed;
  const payload = { day, terminals, batches, digest: digestText(sealed) };
  return { topic: evidenceTopic, payload: JSON.stringify(payload), retain: true };
}

/** What is wrong now, in words as well; an empty list says that nothing is. */
export function alertsMessage(alerts: readonly AlertRow[]): OutgoingMessage {
  const told = alerts.slice(0, mostAlerts).map(toldAlert);
  return { topic: alertsTopic, payload: JSON.stringify({ open: alerts.length, alerts: told }), retain: true };
}

/** An empty retained message takes the old one away (MQTT 3.1.1, section 3.3.1.3). */
export function clearedMessage(topic: string): OutgoingMessage {
  return { topic, payload: '', retain: true };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
