/** What the gateway reports by itself, and when it says that a machine is well again. Pure: a look, and what to do. */
import { workingDayMs } from './ageing.ts';
import { type IncidentKind, type IncidentState, isClosed } from './steps.ts';

/** How a place stands. Instants in milliseconds UTC. */
export interface WatchedPlace {
  readonly officeCode: string;
  readonly terminalName: string;
  readonly state: 'waiting' | 'ok' | 'failing' | 'quarantined';
  readonly errorCode: string | null;
  readonly failingSinceMs: number | null;
  readonly lastReadMs: number | null;
}

/** A report of a place, open ones at least. */
export interface WatchedIncident {
  readonly number: number;
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly byGateway: boolean;
  readonly openedMs: number;
  /** Since when the gateway says it is well; null while it does not. */
  readonly wellSinceMs: number | null;
}

export type WatchDecision =
  | {
      readonly do: 'open';
      readonly place: WatchedPlace;
      readonly kind: IncidentKind;
      readonly why: 'silent' | 'clock' | 'identity';
      readonly sinceMs: number;
    }
  /** It is read again: a person may close the report, or the gateway does when nobody has looked at it. */
  | { readonly do: 'propose'; readonly number: number; readonly wellSinceMs: number; readonly close: boolean }
  /** It failed again before anybody closed it. */
  | { readonly do: 'withdraw'; readonly number: number };

/** An hour of good reads, so that a machine that comes and goes is not called well in between. */
export const wellAfterMs = 3_600_000;
/** A wrong cable is put right within the hour; what lasts longer is worth a report. */
const identityAfterMs = 3_600_000;

const identityCodes = new Set(['TERMINAL_SERIAL_MISMATCH', 'TERMINAL_SERIAL_INVALID', 'TERMINAL_SERIAL_DUPLICATE']);

/** What a watch needs beside the places. */
export interface WatchMeans {
  readonly nowMs: number;
  /** Working-day hours of silence after which the gateway reports, by office; null for never. */
  readonly silentHoursOf: (officeCode: string) => number | null;
  /** What an office's zone adds to UTC. */
  readonly offsetMsOf: (officeCode: string) => (utcMs: number) => number;
  /** Since when each place is read without fault, as far as is known; null when it is not. */
  readonly wellSinceOf: (place: WatchedPlace) => number | null;
}

/** Decides about all places at once. A place with an open report gets no second one. */
export function watch(
  places: readonly WatchedPlace[],
  incidents: readonly WatchedIncident[],
  means: WatchMeans,
): readonly WatchDecision[] {
  const open = incidents.filter(({ state }) => !isClosed(state));
  const reported = new Set(open.map(keyOf));
  const byPlace = new Map(places.map((place) => [keyOf(place), place]));
  const decisions: WatchDecision[] = [];
  for (const place of places) {
    const found = reported.has(keyOf(place)) ? null : troubleOf(place, means);
    if (found !== null) decisions.push({ do: 'open', place, ...found });
  }
  for (const incident of open) {
    const place = byPlace.get(keyOf(incident));
    const found = place === undefined ? null : healthOf(incident, place, means);
    if (found !== null) decisions.push(found);
  }
  return decisions;
}

function troubleOf(place: WatchedPlace, { nowMs, silentHoursOf, offsetMsOf }: WatchMeans) {
  const { errorCode, failingSinceMs, state } = place;
  if (errorCode?.startsWith('TERMINAL_CLOCK_') === true)
    return { kind: 'wrong-time', why: 'clock', sinceMs: failingSinceMs ?? nowMs } as const;
  if (state === 'ok' || state === 'waiting' || failingSinceMs === null) return null;
  if (errorCode !== null && identityCodes.has(errorCode))
    return nowMs - failingSinceMs < identityAfterMs
      ? null
      : ({ kind: 'moved', why: 'identity', sinceMs: failingSinceMs } as const);
  const hours = silentHoursOf(place.officeCode);
  if (hours === null) return null;
  const silentMs = workingDayMs(failingSinceMs, nowMs, offsetMsOf(place.officeCode));
  return silentMs < hours * 3_600_000 ? null : ({ kind: 'broken', why: 'silent', sinceMs: failingSinceMs } as const);
}

function healthOf(incident: WatchedIncident, place: WatchedPlace, { nowMs, wellSinceOf }: WatchMeans) {
  const { number, wellSinceMs } = incident;
  const isWell = place.state === 'ok' && place.errorCode === null;
  if (!isWell) return wellSinceMs === null ? null : ({ do: 'withdraw', number } as const);
  // What a person says is lost or moved cannot be seen to be well from here: another machine may answer in its place.
  if (wellSinceMs !== null || (!incident.byGateway && incident.kind !== 'broken' && incident.kind !== 'wrong-time'))
    return null;
  const since = wellSinceOf(place);
  if (since === null) return null;
  // A report about a machine that never failed here is not answered by its going on as before.
  if (since < incident.openedMs && !incident.byGateway && incident.kind !== 'broken') return null;
  const from = Math.max(since, incident.openedMs);
  if (nowMs - from < wellAfterMs) return null;
  const close = incident.byGateway && incident.state === 'reported';
  return { do: 'propose', number, wellSinceMs: from, close } as const;
}

function keyOf(place: { readonly officeCode: string | null; readonly terminalName: string | null }): string {
  return JSON.stringify([place.officeCode, place.terminalName]);
}
