/**
 * Whose log is this? A machine is its serial number; an address and a name only say where it ought to stand.
 */
import { GerbangError } from '../errors.ts';

/** Where a terminal is configured to stand. */
export interface Place {
  readonly officeCode: string;
  readonly terminalName: string;
}

/** Which places answered with which serial, over all offices of this process. */
export interface SerialClaims {
  /**
   * Notes that `serial` answered at `place`, in the place of whatever answered there before.
   *
   * @returns another place where the same serial answered within the last hour; null when there is none
   */
  claim(serial: string, place: Place, monotonicMs: number): Place | null;
}

/** A unit that is gone is asked every 15 minutes at least; after an hour of silence its claim is void. */
const claimMs = 3_600_000;

/** Creates the book of claims; one for the whole gateway. */
export function createSerialClaims(): SerialClaims {
  const claims = new Map<string, { serial: string; place: Place; atMs: number }>();
  const keysOf = new Map<string, Set<string>>();
  const forget = (key: string): void => {
    const { serial = '' } = claims.get(key) ?? {};
    claims.delete(key);
    const keys = keysOf.get(serial);
    keys?.delete(key);
    if (keys?.size === 0) keysOf.delete(serial);
  };
  return {
    claim(serial, place, monotonicMs) {
      const mine = keyOf(place);
      forget(mine);
      claims.set(mine, { serial, place, atMs: monotonicMs });
      const keys = keysOf.get(serial) ?? new Set();
      keysOf.set(serial, keys.add(mine));
      for (const key of keys) {
        const other = claims.get(key);
        if (key === mine || other === undefined) continue;
        if (monotonicMs - other.atMs <= claimMs) return other.place;
        forget(key);
      }
      return null;
    },
  };
}

/**
 * Refuses a machine that is not the one expected at this place.
 *
 * @param reported the serial the terminal gave
 * @param expected the configured serial, else the pinned one; null at first contact
 * @param claim called once the serial is the expected one; returns another place where it answers, or null. An impostor
 * must not quarantine the machine whose name it took
 * @throws GerbangError TERMINAL_SERIAL_INVALID, TERMINAL_SERIAL_MISMATCH, TERMINAL_SERIAL_DUPLICATE
 */
export function verifySerial(reported: string, expected: string | null, claim: () => Place | null): void {
  // The same pattern as the table: what does not fit there must not get as far as a batch.
  if (!/^[A-Za-z0-9_.-]{1,40}$/.test(reported)) {
    const text = 'The terminal gives no usable serial number. Check its firmware; nothing it says can be filed.';
    throw new GerbangError('TERMINAL_SERIAL_INVALID', text, { context: { length: reported.length } });
  }
  if (expected !== null && reported !== expected) {
    const text =
      `Another machine answers here: ${reported} instead of ${expected}. Nothing it says is stored under the old name. ` +
      'If it was replaced, write its serial into the configuration; if not, find out who put it at this address.';
    throw new GerbangError('TERMINAL_SERIAL_MISMATCH', text, { context: { reported, expected } });
  }
  const elsewhere = claim();
  if (elsewhere !== null) {
    const other = `${elsewhere.officeCode}/${elsewhere.terminalName}`;
    const text = `The serial ${reported} also answers as ${other}. Both are set aside until one of the two is taken out of the configuration.`;
    throw new GerbangError('TERMINAL_SERIAL_DUPLICATE', text, { context: { reported, other } });
  }
}

/** One text for one place. */
export function keyOf(place: Place): string {
  return JSON.stringify([place.officeCode, place.terminalName]);
}
