/** Seeds whose worlds meet what other worlds once found. They are played at every run, whatever the others are. */
export const found: readonly { readonly seed: number; readonly what: string }[] = [
  { seed: 6, what: 'a log that had hidden its end and showed it again was stored unmarked a second time' },
  { seed: 71, what: 'a full ring was said to be read to its end because its counter stood still' },
];
