/** A row as consumers are told it: the same JSON over MQTT, webhooks and the change feed. docs/mqtt.md describes it. */
import type { Arrival } from './board.ts';

/** One attendance row in JSON. Instants are ISO 8601 in UTC, null where nothing is known. */
export type ToldRow = ReturnType<typeof toldRow>;

/** The JSON of a row. Fields may be added; none is taken away or changes its meaning. */
export function toldRow(row: Arrival) {
  return {
    id: row.punchId,
    revision: row.revision,
    office: row.officeCode,
    terminal: row.serial,
    terminalName: row.terminalName,
    pin: row.pin,
    personId: row.personId,
    occurredAt: toldInstant(row.occurredAtMs),
    earliest: toldInstant(row.earliestMs),
    latest: toldInstant(row.latestMs),
    timeStatus: row.timeStatus,
    deviceTime: row.deviceTime === null ? null : row.deviceTime.replace(' ', 'T'),
    verifyMode: row.verifyMode,
    punchState: row.punchState,
    workCode: row.workCode,
    source: row.source,
    receivedAt: toldInstant(row.receivedAtMs),
    suspect: row.suspect,
  };
}

/** ISO 8601 in UTC; null for what is not known. */
export function toldInstant(atMs: number | null): string | null {
  return atMs === null || !Number.isFinite(atMs) ? null : new Date(atMs).toISOString();
}
