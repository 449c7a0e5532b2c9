/** How much of everything is measured. */
export interface Size {
  readonly polling: {
    readonly terminals: readonly number[];
    readonly history: number;
    readonly everySeconds: number;
    readonly settleMs: number;
    readonly measuredMs: number;
  };
  readonly peak: {
    readonly terminals: number;
    readonly settleMs: number;
    readonly usualMs: number;
    readonly rushMs: number;
    readonly rushPerSecond: number;
  };
  readonly rebuild: { readonly terminals: number; readonly records: number };
  readonly catchUp: { readonly offices: number; readonly terminals: number };
  readonly outage: { readonly terminals: number; readonly minutes: number };
  readonly clocks: { readonly terminals: number };
}

/** What the aims speak of, within twelve minutes on two idle cores. */
export const fullSize: Size = {
  polling: { terminals: [1_000, 4_300], history: 40, everySeconds: 60, settleMs: 60_000, measuredMs: 60_000 },
  peak: { terminals: 300, settleMs: 30_000, usualMs: 60_000, rushMs: 60_000, rushPerSecond: 500 },
  rebuild: { terminals: 100, records: 10_000 },
  catchUp: { offices: 50, terminals: 150 },
  outage: { terminals: 100, minutes: 150 },
  clocks: { terminals: 300 },
};

/** To see whether the bench itself works. */
export const smallSize: Size = {
  polling: { terminals: [100], history: 40, everySeconds: 10, settleMs: 10_000, measuredMs: 20_000 },
  peak: { terminals: 60, settleMs: 5_000, usualMs: 15_000, rushMs: 15_000, rushPerSecond: 100 },
  rebuild: { terminals: 10, records: 5_000 },
  catchUp: { offices: 5, terminals: 15 },
  outage: { terminals: 20, minutes: 40 },
  clocks: { terminals: 30 },
};
