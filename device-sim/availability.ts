/** Whether people can use the terminal: clients may disable it, for good or for a time. docs/protocol.md, "Manners". */
export type Availability = {
  /** @param forMs counted from the last request of any client; undefined until somebody enables it */
  disable(forMs: number | undefined): void;
  enable(): void;
  isDisabled(): boolean;
  /** A request came: the time of a timed DISABLE starts again. */
  touch(): void;
};

export function createAvailability(now: () => number): Availability {
  let disabled: { forMs: number | undefined; sinceMs: number } | undefined;
  return {
    disable(forMs) {
      disabled = { forMs, sinceMs: now() };
    },
    enable() {
      disabled = undefined;
    },
    isDisabled() {
      if (disabled?.forMs !== undefined && now() - disabled.sinceMs >= disabled.forMs) disabled = undefined;
      return disabled !== undefined;
    },
    touch() {
      if (disabled) disabled.sinceMs = now();
    },
  };
}
