/** Seeds of worlds that found something, and what. They are played at every run, whatever the others are. */
export const found: readonly { readonly seed: number; readonly what: string }[] = [
  { seed: 8, what: 'a log that had hidden its end and showed it again was stored unmarked a second time' },
  {
    seed: 44,
    what: 'after a restored backup, a terminal stayed refused for good: its fences counted from further back',
  },
  { seed: 36, what: 'a full ring was said to be read to its end because its counter stood still' },
];
