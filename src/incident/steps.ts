/**
 * A report of a broken or lost terminal goes through states, and each step is somebody's. Pure: pages, API and the
 * gateway itself ask this one table what may happen next.
 */

/** Rusak, Hilang, Jam tidak tepat, Dipindahkan. */
export const incidentKinds = ['broken', 'lost', 'wrong-time', 'moved'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

export const incidentStates = [
  'reported',
  'acknowledged',
  'verified',
  'not-confirmed',
  'in-repair',
  'repaired',
  'replaced',
  'written-off',
  // Another report of the same machine goes on in its place.
  'merged',
] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Who acts: a person or a system with these permissions, or the gateway itself. */
export interface Actor {
  readonly kind: 'account' | 'token' | 'command' | 'gateway';
  readonly may: (permission: 'incident.report' | 'incident.handle') => boolean;
}

/** What the table has to know of a report. */
export interface IncidentStanding {
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  /** Opened by the gateway, not by a person. */
  readonly byGateway: boolean;
}

/** Where a report can go from where it stands. */
const onward: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  reported: ['acknowledged', 'verified', 'not-confirmed'],
  acknowledged: ['verified', 'not-confirmed'],
  verified: ['in-repair', 'repaired', 'replaced', 'written-off'],
  'in-repair': ['repaired', 'replaced', 'written-off'],
  // With new proof a report that was not confirmed is looked at once more.
  'not-confirmed': ['reported'],
  repaired: [],
  replaced: [],
  'written-off': [],
  merged: [],
};

const closedStates: ReadonlySet<IncidentState> = new Set([
  'not-confirmed',
  'repaired',
  'replaced',
  'written-off',
  'merged',
]);

/** What cannot be read from the state alone has to be said: why it was not confirmed, what became of the machine. */
const needsWords: ReadonlySet<IncidentState> = new Set(['not-confirmed', 'written-off', 'replaced']);

/** Nothing is left to do. */
export function isClosed(state: IncidentState): boolean {
  return closedStates.has(state);
}

/** True when a step to this state must come with a note. */
export function needsNote(to: IncidentState, standing: IncidentStanding): boolean {
  return needsWords.has(to) || (standing.state === 'not-confirmed' && to === 'reported');
}

/**
 * Reports of the gateway that go on in a person's report of the same machine: those that nobody has verified. Behind the
 * others stands work of people, which a second report must not put back to its beginning.
 */
export const takenOverStates = ['reported', 'acknowledged'] as const satisfies readonly IncidentState[];

/** The states to which this actor may take a report, in the order in which they are offered. */
export function stepsFor(standing: IncidentStanding, actor: Actor): readonly IncidentState[] {
  return reachable(standing).filter((to) => mayTake(standing, to, actor));
}

/** Why a step is refused; null when it may be taken. */
export type Refusal = 'no-such-step' | 'not-permitted' | 'note-needed';

/** Decides about one step. `note` is what the person wrote. */
export function refusalOf(standing: IncidentStanding, to: IncidentState, actor: Actor, note: string): Refusal | null {
  if (!reachable(standing).includes(to)) return 'no-such-step';
  if (!mayTake(standing, to, actor)) return 'not-permitted';
  return needsNote(to, standing) && note.trim() === '' ? 'note-needed' : null;
}

/**
 * A machine that fell silent and came back before anybody looked needs nobody: what the gateway opened, it may close. What
 * a person reported, or has looked at, stays open until a person says otherwise.
 */
function selfHealed({ state, byGateway }: IncidentStanding): readonly IncidentState[] {
  return byGateway && state === 'reported' ? ['repaired'] : [];
}

function reachable(standing: IncidentStanding): readonly IncidentState[] {
  // A lost machine is not in anybody's workshop.
  const next = onward[standing.state].filter((to) => standing.kind !== 'lost' || to !== 'in-repair');
  return next.concat(selfHealed(standing));
}

function mayTake(standing: IncidentStanding, to: IncidentState, actor: Actor): boolean {
  if (actor.kind === 'gateway') return standing.byGateway && standing.state === 'reported' && to === 'repaired';
  if (to === 'reported') return actor.may('incident.report');
  return actor.may('incident.handle');
}
