import { describe, expect, test } from 'vitest';
import { sheetText } from '../../src/cli/sheet-text.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import { punchSheet } from '../../src/explain/punch-sheet.ts';
import type { Sheet } from '../../src/explain/sheet.ts';
import { randomPlan, themes } from '../clock/random-worlds.ts';
import { at } from '../clock/stories/at.ts';
import { play } from '../clock/truth.ts';
import { judged } from '../tools/judged.ts';
import { evidenceOf, explanationOf, worlds } from './cases.ts';

const languages = ['id', 'en'] as const;
const textOf = (sheet: Sheet): string => sheetText(sheet);

describe.each(Object.entries(worlds))('a punch that is %s', (status, plan) => {
  const explanation = explanationOf(evidenceOf(plan));

  test('has that status', () => {
    expect(explanation.stored.status).toBe(status);
  });

  test.each(languages)('reads as it was read and approved, in %s', async (lang) => {
    const sheet = textOf(punchSheet(explanation, { lang }));
    await expect(sheet).toMatchFileSnapshot(`golden/${status}.${lang}.txt`);
    for (const line of sheet.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });
});

/** A pocket calculator for the figures of a sheet: `+0:02:10.1001 + 24.8938 × 250 ÷ 1,000,000`, in seconds. */
function secondsOf(figure: string): number {
  const [, sign = '', days = '0', clock = '', size = ''] =
    /^([+−]?)(?:([\d,]+) days? )?(?:(\d+:\d\d:\d\d(?:\.\d+)?)|([\d,]+(?:\.\d+)?))$/.exec(figure.trim()) ?? [];
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const value = clock === '' ? Number(size.replace(/,/g, '')) : hours * 3_600 + minutes * 60 + seconds;
  expect(value).not.toBeNaN();
  return (Number(days.replace(/,/g, '')) * 86_400 + value) * (sign === '−' ? -1 : 1);
}

function workedOut(how: string): number {
  const [, shown = '', sign, factor = '', rate, per] =
    /^([+−]?(?:[\d,]+ days? )?[\d:.]+) ([+−]) (?:([\d,.]+) × ([\d,.]+) ÷ ([\d,]+)|.*)$/.exec(how) ?? [];
  const second = rate === undefined ? how.split(/ [+−] /).at(-1) : undefined;
  const term =
    second === undefined ? (secondsOf(factor) * secondsOf(rate ?? '')) / secondsOf(per ?? '') : secondsOf(second);
  return secondsOf(shown) + (sign === '+' ? term : -term);
}

describe('the arithmetic', () => {
  test('comes out on a pocket calculator, line by line, in whatever world', judged, () => {
    let followed = 0;
    for (const theme of themes) {
      for (let seed = 1; seed <= 2; seed += 1) {
        const { evidence } = play(randomPlan(seed, theme));
        const model = buildClockModel(evidence);
        for (let index = 0; index < Math.min(3, evidence.records.length); index += 1) {
          const sheet = punchSheet(explanationOf(evidence, index, {}, model), { lang: 'en' });
          for (const block of sheet.sections[3]?.blocks ?? []) {
            if (block.kind !== 'sums') continue;
            for (const { how, result } of block.lines) {
              // Lines that reach over midnight carry their day; a calculator has none.
              if (/\d{4}-\d\d-\d\d|certain|limited|not known|∞|days?/.test(`${how}${result}`)) continue;
              expect([theme, seed, index, how, Math.abs(workedOut(how) - secondsOf(result)) < 0.0012]).toEqual([
                theme,
                seed,
                index,
                how,
                true,
              ]);
              followed += 1;
            }
          }
        }
      }
    }
    expect(followed).toBeGreaterThan(150);
  });

  test('of a final time leads from the looks to the very bounds that are stored', () => {
    const { stored, ...rest } = explanationOf(evidenceOf(worlds.final));
    const sheet = punchSheet({ stored, ...rest }, { lang: 'en' });
    const sums = sheet.sections[3]?.blocks.find((block) => block.kind === 'sums');
    const resultOf = (what: string): string | undefined =>
      sums?.lines.find((line) => line.what.startsWith(what))?.result;
    const [earliest, latest] = [resultOf('Earliest'), resultOf('Latest')];
    const midnightMs = at('00:00');
    expect(Math.floor(stored.earliestMs - midnightMs)).toBe(Math.round(secondsOf(earliest ?? '') * 1_000));
    expect(Math.ceil(stored.latestMs - midnightMs)).toBe(Math.round(secondsOf(latest ?? '') * 1_000));
  });
});

describe('what must not be missed', () => {
  const evidence = evidenceOf(worlds.final);

  test('evidence that is not what the answer was drawn from is shouted first, before the answer', () => {
    const changed = explanationOf(evidence, 0, { rebuilt: { storedDigest: '00'.repeat(32) } });
    const [id, en] = languages.map((lang) => textOf(punchSheet(changed, { lang })));
    expect(id).toMatch(/^.*\n─+\n!!! BUKTI TIDAK COCOK: /);
    expect(id).toContain('TIDAK COCOK\n');
    expect(en).toMatch(/^.*\n─+\n!!! THE EVIDENCE DOES NOT MATCH: /);
    expect(en).toMatch(/Comparison: +NO MATCH\n/);
    expect(en).toContain(`0000\n`);
  });

  test('an answer that does not come out again is shouted, with both answers side by side', () => {
    const stored = explanationOf(evidence).stored;
    const changed = explanationOf(evidence, 0, { stored: { occurredAtMs: stored.occurredAtMs - 180_000 } });
    const sheet = textOf(punchSheet(changed, { lang: 'en' }));
    expect(sheet).toContain('!!! THE ANSWER IS NOT THE SAME');
    expect(sheet).toMatch(/Stored +07:26:5\d\.\d{3} .*\n +Worked out again +07:29:5\d\.\d{3} /);
  });

  test('rounding to the microsecond a database keeps is no difference', () => {
    const { stored } = explanationOf(evidence);
    const kept = {
      occurredAtMs: Math.round(stored.occurredAtMs * 1_000) / 1_000,
      earliestMs: Math.floor(stored.earliestMs * 1_000) / 1_000,
      latestMs: Math.ceil(stored.latestMs * 1_000) / 1_000,
    };
    expect(punchSheet(explanationOf(evidence, 0, { stored: kept }), { lang: 'en' }).alarms).toEqual([]);
  });

  test('a punch from before there were versions says that it is worked out now', () => {
    const rebuilt = {
      from: 'now',
      modelVersion: null,
      builtAtMs: null,
      storedCodeVersion: null,
      storedDigest: null,
    } as const;
    const sheet = textOf(punchSheet(explanationOf(evidence, 0, { rebuilt }), { lang: 'id' }));
    expect(sheet).toContain('!!! Catatan ini lebih tua daripada model berversi.');
    expect(sheet).toContain('belum ada versi tersimpan; dihitung sekarang');
    expect(sheet).toContain('tidak dapat dibandingkan: tidak ada sidik tersimpan');
  });

  test('other rules, models that contradict, a month that was closed', () => {
    const other = explanationOf(evidence, 0, { rebuilt: { storedCodeVersion: '0' }, stored: { afterClose: true } });
    expect(
      punchSheet({ ...other, contradicted: true }, { lang: 'en' }).alarms.map((alarm) => alarm.slice(0, 30)),
    ).toEqual(['TWO MODELS CONTRADICT EACH OTH', 'The stored model was made by r', 'This punch arrived after its m']);
  });
});

describe('what was answered before', () => {
  const evidence = evidenceOf(worlds.final);
  const { stored } = explanationOf(evidence);
  const answer = { ...stored, revision: 1, modelVersion: 1, atMs: at('07:35'), why: 'settled' } as const;

  test('is listed with when and why it was replaced', () => {
    const formerAnswers = [{ ...answer, status: 'provisional' }] as const;
    const sheet = textOf(punchSheet(explanationOf(evidence, 0, { formerAnswers }), { lang: 'en' }));
    expect(sheet).toContain('Answers given before:');
    expect(sheet).toMatch(/1 +07:29:5.* +provisional +2026-11-02 +later evidence\n +07:35:00 +came\n/);
  });

  test('and what a closed month would have become', () => {
    const adjustments = [{ ...answer, revision: null, why: 'crosses-minute' }] as const;
    const sheet = textOf(punchSheet(explanationOf(evidence, 0, { adjustments }), { lang: 'id' }));
    expect(sheet).toContain('Periode ini sudah ditutup.');
    expect(sheet).toMatch(/– +07:29:5.* +pasti +2026-11-02 +berpindah( menit)?\n +07:35:00/);
  });
});

describe('a reader nobody has asked who they are', () => {
  test('sees neither the PIN nor the bytes that hold it', () => {
    const explanation = explanationOf(evidenceOf(worlds.final), 0, {
      written: { pin: '987654', rawHex: '393837363534' },
    });
    const shown = textOf(punchSheet(explanation, { lang: 'id' }));
    expect(shown).toContain('987654');
    expect(shown).toContain('39 38 37 36 35 34');
    const hidden = textOf(punchSheet(explanation, { lang: 'id', hidePerson: true }));
    expect(hidden).not.toContain('987654');
    expect(hidden).not.toContain('39 38 37');
    expect(hidden).toContain('disembunyikan');
  });
});

test('a date that does not exist is shown as the terminal wrote it', () => {
  const [record] = evidenceOf(worlds.final).records;
  if (record === undefined) throw new Error('no record');
  const impossible = { ...evidenceOf(worlds.final), records: [{ ...record, deviceMs: null }] };
  const sheet = textOf(punchSheet(explanationOf(impossible), { lang: 'id' }));
  expect(sheet).toContain('2026-02-31 07:30:00, tanggal yang tidak ada');
  expect(sheet).toContain('Tidak ada yang dapat dihitung.');
});

test('times are of the office, and carry its name', () => {
  for (const [zone, name] of [
    ['Asia/Jakarta', 'WIB'],
    ['Asia/Makassar', 'WITA'],
    ['Asia/Jayapura', 'WIT'],
  ] as const) {
    const sheet = punchSheet(explanationOf({ ...evidenceOf(worlds.final), zone }), { lang: 'id' });
    expect(sheet.lead.text).toContain(` ${name};`);
  }
});
