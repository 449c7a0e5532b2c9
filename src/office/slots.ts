/** A fixed number of turns: how many sessions or whole reads an office may have at once. */

/** One taken turn. Giving it back twice gives it back once. */
export type GiveBack = () => void;

/** See {@link createSlots}. */
export interface Slots {
  /** A turn, or null when all are taken. Nobody waits here: a poll that gets no turn closes its session and returns. */
  take(): GiveBack | null;
  free(): number;
}

/** @param count turns that can be taken at once */
export function createSlots(count: number): Slots {
  let taken = 0;
  return {
    free: () => count - taken,
    take() {
      if (taken >= count) return null;
      taken += 1;
      let held = true;
      return () => {
        if (held) taken -= 1;
        held = false;
      };
    },
  };
}
