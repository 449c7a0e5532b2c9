/**
 * How one terminal's clock stands now, and which of many needs a person first. Made of a model; nothing is judged that the
 * model did not find.
 */
import type { ClockEvidence, ClockModel, ClockStep, ClockTrouble, TroubleKind } from '../clock/model-types.ts';
import { carry, midpointOf, widthOf } from '../clock/offset.ts';
import { zoneOffsetMs } from '../clock/zone.ts';

/** Where a terminal stands. */
export interface ClockPlace {
  readonly serial: string;
  readonly terminalName: string;
  readonly officeCode: string;
  readonly officeName: string;
  /** IANA zone of the office. */
  readonly timeZone: string;
}

/** All findings of one kind, the latest in front. */
export interface Notice {
  readonly kind: TroubleKind;
  readonly times: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of the latest, as of `ClockTrouble`. */
  readonly size: number | null;
  /** Records concerned. */
  readonly records: number;
}

/** Why a clock stands where it does in the ranking, worst first. */
export type ClockStanding =
  /** It shows a wrong time now, or stands still. */
  | 'wrong'
  /** Its battery, its crystal or its stubbornness needs somebody to go there. */
  | 'needs-person'
  /** Something was seen that somebody should look at. */
  | 'to-look-at'
  /** It was not asked within the time that is looked at. */
  | 'unmeasured'
  | 'well';

/** A terminal's clock in short. Instants in milliseconds UTC. */
export interface TerminalClock extends ClockPlace {
  readonly standing: ClockStanding;
  /** Clock minus the office's time, carried to now; null when not asked or frozen. */
  readonly offsetMs: number | null;
  /** Half the width of what is proven. */
  readonly boundMs: number | null;
  readonly lastLookMs: number | null;
  /** In millionths; null when not fitted. */
  readonly ppm: number | null;
  readonly lastSetMs: number | null;
  /** The last change of the clock by another hand than ours, or by itself. */
  readonly lastStep: ClockStep | null;
  readonly notices: readonly Notice[];
  /** Times that a later model contradicted an earlier one. */
  readonly contradictions: number;
}

/** Further off than this a clock is called wrong: as far as an office lets one go before it is set, if it says nothing else. */
const wrongBeyondMs = 10_000;

const needsPerson: readonly TroubleKind[] = ['does-not-hold-time', 'bad-crystal', 'set-did-not-take', 'frozen-clock'];
/** These concern the gateway or the protocol, not the clock: shown, without a place in front. */
const byTheWay: readonly TroubleKind[] = ['host-clock', 'cached-clock'];
const standings: readonly ClockStanding[] = ['wrong', 'needs-person', 'to-look-at', 'unmeasured', 'well'];

/**
 * A terminal's clock in short.
 *
 * @param model what `buildClockModel` made of the same evidence
 * @param nowMs milliseconds UTC
 */
export function terminalClock(
  place: ClockPlace,
  evidence: ClockEvidence,
  model: ClockModel,
  { nowMs, contradictions = 0 }: { readonly nowMs: number; readonly contradictions?: number },
): TerminalClock {
  const running = model.segments.filter(({ kind }) => kind !== 'unsampled').at(-1);
  const isFrozen = running?.kind === 'frozen';
  const offset = running?.offset ? carry(running.offset, Math.max(nowMs, running.offset.atMs), running.rate) : null;
  const offsetMs = offset === null ? null : midpointOf(offset) - zoneOffsetMs(place.timeZone, nowMs);
  const boundMs = offset === null ? null : widthOf(offset) / 2;
  const notices = noticesOf(model.troubles);
  const isWrong = isFrozen || (offsetMs !== null && boundMs !== null && Math.abs(offsetMs) - boundMs > wrongBeyondMs);
  return {
    ...place,
    standing: standingOf({ isWrong, isAsked: evidence.samples.length > 0, notices, contradictions }),
    offsetMs,
    boundMs,
    lastLookMs: evidence.samples.at(-1)?.receivedAtMs ?? null,
    ppm: running?.rate.basis === 'fitted' ? running.rate.ppm : null,
    lastSetMs: evidence.sets.at(-1)?.sentAtMs ?? null,
    lastStep:
      model.steps.findLast(({ kind }) => kind !== 'own-set' && kind !== 'slight' && kind !== 'host-clock') ?? null,
    notices,
    contradictions,
  };
}

function standingOf(facts: {
  readonly isWrong: boolean;
  readonly isAsked: boolean;
  readonly notices: readonly Notice[];
  readonly contradictions: number;
}): ClockStanding {
  const kinds = facts.notices.map(({ kind }) => kind);
  if (facts.isWrong) return 'wrong';
  if (kinds.some((kind) => needsPerson.includes(kind))) return 'needs-person';
  if (facts.contradictions > 0 || kinds.some((kind) => !byTheWay.includes(kind))) return 'to-look-at';
  return facts.isAsked ? 'well' : 'unmeasured';
}

/** One notice per kind of trouble. */
function noticesOf(troubles: readonly ClockTrouble[]): Notice[] {
  const kinds = [...new Set(troubles.map(({ kind }) => kind))];
  return kinds
    .map((kind): Notice => {
      const ofKind = troubles.filter((trouble) => trouble.kind === kind).sort((a, b) => b.untilMs - a.untilMs);
      const records = ofKind.flatMap((trouble) => trouble.records).reduce((sum, { from, to }) => sum + to - from, 0);
      return {
        kind,
        times: ofKind.length,
        fromMs: Math.min(...ofKind.map(({ fromMs }) => fromMs)),
        untilMs: ofKind[0]?.untilMs ?? 0,
        size: ofKind[0]?.size ?? null,
        records,
      };
    })
    .sort((a, b) => b.untilMs - a.untilMs);
}

/** Worst first: by standing, then by how far off, then by how much was noticed; equals by office and name. */
export function rankClocks(clocks: readonly TerminalClock[]): TerminalClock[] {
  const offBy = ({ offsetMs, boundMs }: TerminalClock): number =>
    offsetMs === null ? 0 : Math.max(0, Math.abs(offsetMs) - (boundMs ?? 0));
  const place = ({ officeCode, terminalName, serial }: TerminalClock): string =>
    JSON.stringify([officeCode, terminalName, serial]);
  return [...clocks].sort(
    (a, b) =>
      standings.indexOf(a.standing) - standings.indexOf(b.standing) ||
      offBy(b) - offBy(a) ||
      b.notices.length - a.notices.length ||
      (place(a) < place(b) ? -1 : 1),
  );
}
