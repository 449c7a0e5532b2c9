/**
 * Whether a clock is worth setting. One that loses its time at every power cut, runs away within days or does not take
 * what it is told needs a person; setting it again and again would only hide that (docs/operations.md, "Setting clocks").
 *
 * Judged from what is stored, so a gateway that was restarted knows as much as before.
 */
import { buildClockModel } from '../clock/model.ts';
import type { ClockTrouble, TroubleKind } from '../clock/model-types.ts';
import { type ErrorCode, GerbangError } from '../errors.ts';
import type { ClockHistory } from './means.ts';

/** How far back evidence of an unfit clock is looked for: a repair is forgotten after that at the latest. */
export const historyMs = 30 * 86_400_000;
/** A set may fail once for a reason of its own. */
const setsInVain = 2;

interface Verdict {
  readonly kind: TroubleKind;
  readonly times: number;
  readonly code: ErrorCode;
  readonly text: string;
}

const verdicts: readonly Verdict[] = [
  {
    kind: 'does-not-hold-time',
    times: 1,
    code: 'TERMINAL_CLOCK_BATTERY',
    text: 'The clock of this terminal lost its time at two restarts, so it is not set any more. Replace the coin cell inside the terminal and set its clock at its menu.',
  },
  {
    kind: 'bad-crystal',
    times: 1,
    code: 'TERMINAL_CLOCK_CRYSTAL',
    text: 'The clock of this terminal runs wrong by more than four seconds a day, so it is not set any more. Have the terminal repaired or replaced.',
  },
  {
    kind: 'set-did-not-take',
    times: setsInVain,
    code: 'TERMINAL_CLOCK_UNSETTABLE',
    text: 'The terminal does not keep the time it is set to, so it is not set any more. See whether a time server or another program sets it.',
  },
];

/**
 * Why a clock must not be set.
 *
 * @param history of the last {@link historyMs}
 * @param zone IANA zone of the office
 * @returns null for a clock that may be set
 */
export function unfitness(history: ClockHistory, zone: string): GerbangError | null {
  const { troubles } = buildClockModel({ ...history, records: [], zone });
  for (const { kind, times, code, text } of verdicts) {
    const found = troubles.filter((trouble) => trouble.kind === kind);
    if (found.length >= times) return new GerbangError(code, text, { context: factsOf(found) });
  }
  return null;
}

function factsOf(troubles: readonly ClockTrouble[]): { times: number; size: number | null } {
  const size = troubles.at(-1)?.size ?? null;
  return { times: troubles.length, size: size === null ? null : Math.round(size) };
}
