import { describe, expect, it } from 'vitest';
import { pairs, printable, table } from '../../src/cli/output.ts';
import { ageText, boundText, durationText, offsetBrief, offsetText } from '../../src/words/time.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('an offset of a clock', () => {
  it.each([
    [
      2 * minute + 10 * second,
      'Jam mesin lebih cepat 2 menit 10 detik',
      "The terminal's clock is 2 minutes 10 seconds fast",
    ],
    [-61 * second, 'Jam mesin lebih lambat 1 menit 1 detik', "The terminal's clock is 1 minute 1 second slow"],
    [-3_240, 'Jam mesin lebih lambat 3,2 detik', "The terminal's clock is 3.2 seconds slow"],
    [59_600, 'Jam mesin lebih cepat 1 menit', "The terminal's clock is 1 minute fast"],
    [400, 'Jam mesin tepat', "The terminal's clock is right"],
    [-9_820 * day, 'Jam mesin lebih lambat 9.820 hari', "The terminal's clock is 9,820 days slow"],
  ])('%d ms', (offsetMs, id, en) => {
    expect(offsetText(offsetMs, 40, 'id')).toBe(id);
    expect(offsetText(offsetMs, 40, 'en')).toBe(en);
  });

  it('is not called wrong where the bound allows it to be right', () => {
    expect(offsetText(900, 1_000, 'id')).toBe('Jam mesin tepat');
    expect(offsetBrief(900, 1_000, 'id')).toBe('tepat ±1');
  });

  it('is short in a table', () => {
    expect(offsetBrief(130_200, 42, 'id')).toBe('+2 mnt 10 dtk ±0,05');
    expect(offsetBrief(-130_200, 42, 'en')).toBe('−2 min 10 s ±0.05');
    expect(offsetBrief(-2 * hour, null, 'en')).toBe('−2 h');
  });
});

it('never rounds a bound down', () => {
  expect([0, 1, 10, 11, 999.9, 1_001, 2_000].map((ms) => boundText(ms, 'en'))).toEqual([
    '± 0 s',
    '± 0.01 s',
    '± 0.01 s',
    '± 0.02 s',
    '± 1 s',
    '± 1.1 s',
    '± 2 s',
  ]);
});

it('counts an age in its largest unit', () => {
  expect([-5 * second, 9_999, 10 * second, 3 * minute, 47 * hour, 3 * day].map((ms) => ageText(ms, 'id'))).toEqual([
    'baru saja',
    'baru saja',
    '10 detik lalu',
    '3 menit lalu',
    '1 hari lalu',
    '3 hari lalu',
  ]);
  expect([minute, 2 * hour].map((ms) => ageText(ms, 'en'))).toEqual(['1 minute ago', '2 hours ago']);
});

it('gives a length of time its two largest units', () => {
  expect([9_940, 9_960, hour, hour + 5 * second, day + 2 * hour + minute].map((ms) => durationText(ms, 'id'))).toEqual([
    '9,9 detik',
    '10 detik',
    '1 jam',
    '1 jam',
    '1 hari 2 jam',
  ]);
});

describe('columns', () => {
  it('shrink from the widest until the table fits', () => {
    const text = table(['A', 'B'], [['x'.repeat(80), 'y'.repeat(50)]], 100);
    const [head, row] = text.trimEnd().split('\n');
    expect(head?.startsWith('A')).toBe(true);
    expect(row).toBe(`${'x'.repeat(48)}…  ${'y'.repeat(48)}…`);
    expect(row).toHaveLength(100);
  });

  it('let no text steer the window', () => {
    expect(printable('a\u001b[2Jb\u202ec\nd')).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd');
    expect(pairs([['Label', 'x\ny']])).toBe('Label:  x\uFFFDy\n');
  });
});
