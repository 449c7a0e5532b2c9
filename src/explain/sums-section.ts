/**
 * The arithmetic, line by line. Every line can be worked out again from the figures on the lines above it: offsets are
 * carried to the very instant they are used at, so that multiplying and adding is all there is to do.
 */
import type { LookFact, Sum, TimeDescription } from '../clock/description.ts';
import type { Pen } from './pen.ts';
import { type Block, type SumLine, text } from './sheet.ts';

type Carry = Extract<Sum, { kind: 'carry' }>;
type Bound = Extract<Sum, { kind: 'earliest' | 'latest' | 'estimate' }>;

const secondMs = 1_000;

/** All sums of the description. */
export function sumsBlocks({ sums, lookBefore, lookAfter, time }: TimeDescription, pen: Pen): Block[] {
  const { words } = pen;
  const carries = sums.filter((sum) => sum.kind === 'carry');
  const lines = [
    ...carries.flatMap((sum) => carryLines(sum, sum.side === 'before' ? lookBefore : lookAfter, sums, pen)),
    ...sums.flatMap((sum) =>
      boundLines(sum, carries, { isBounded: time.status !== 'final' && time.status !== 'provisional' }, pen),
    ),
  ];
  const blocks: Block[] = lines.length === 0 ? [text(words.noSums)] : [];
  if (lines.length > 0 && carries.length === 0 && sums.some(({ kind }) => kind === 'earliest'))
    blocks.push(text(words.sameSecond));
  if (lines.length > 0) blocks.push({ kind: 'sums', lines });
  return blocks;
}

/** What one look proves, carried to where the punch lies at the earliest and at the latest by it. */
function carryLines(sum: Carry, look: LookFact | null, sums: readonly Sum[], pen: Pen): SumLine[] {
  const shownMs = sums.find((other) => other.kind === 'earliest')?.shownMs;
  if (look === null || shownMs === undefined) return [];
  const { words } = pen;
  const { atMs } = look.offset;
  const side = sum.side === 'before' ? words.sideBefore : words.sideAfter;
  const line = (what: string, fromMs: number, toMs: number, instantMs: number, rounding: 'up' | 'down'): SumLine => ({
    what,
    how: carryText({ fromMs, toMs, overMs: instantMs - atMs }, sum, rounding, pen),
    result: pen.figures.offset(toMs, 4, rounding),
  });
  const { from, to } = sum;
  return [
    line(words.largest(side), from.latestMs, to.latestMs, shownMs - to.latestMs, 'up'),
    line(words.smallest(side), from.earliestMs, to.earliestMs, shownMs + secondMs - to.earliestMs, 'down'),
  ];
}

/** `+0:02:10,1000 + 24,8938 × 250 ÷ 1.000.000` */
function carryText(
  { fromMs, toMs, overMs }: { readonly fromMs: number; readonly toMs: number; readonly overMs: number },
  { minPpm, maxPpm }: Carry,
  rounding: 'up' | 'down',
  { figures }: Pen,
): string {
  const ppm = (rounding === 'up') === overMs >= 0 ? maxPpm : minPpm;
  const sign = toMs >= fromMs ? '+' : '−';
  const factor = `${figures.seconds(Math.abs(overMs))} × ${figures.number(Math.abs(ppm), 3)}`;
  return `${figures.offset(fromMs, 4, rounding)} ${sign} ${factor} ÷ ${figures.number(1_000_000)}`;
}

function boundLines(
  sum: Sum,
  carries: readonly Carry[],
  { isBounded }: { readonly isBounded: boolean },
  pen: Pen,
): SumLine[] {
  const { words, figures } = pen;
  if (sum.kind === 'carry') return [];
  if (sum.kind === 'cut') {
    const from = Number.isFinite(sum.earliestMs) ? figures.near(sum.earliestMs, 3, 'down') : words.open;
    const result = `${from} … ${figures.near(sum.latestMs, 3, 'up')}`;
    return [{ what: words.cutWhat, how: isBounded ? words.cutWide : words.cutHow, result }];
  }
  const { what, rounding } = boundWords(sum.kind, carries.length, pen);
  const shownMs = sum.shownMs + (sum.kind === 'latest' ? secondMs : 0);
  return [{ what, how: minusText(shownMs, sum, pen), result: figures.near(sum.resultMs, 3, rounding) }];
}

function boundWords(kind: Bound['kind'], sides: number, { words }: Pen) {
  if (kind === 'earliest') return { what: words.earliest, rounding: 'down' } as const;
  if (kind === 'latest') return { what: words.latest, rounding: 'up' } as const;
  return { what: sides > 1 ? words.estimate : words.estimateOne, rounding: 'near' } as const;
}

/** `07:32:05 − 0:02:10,1062`; two minuses become a plus. */
function minusText(shownMs: number, { kind, offsetMs, resultMs }: Bound, { figures }: Pen): string {
  const rounding = { earliest: 'up', latest: 'down', estimate: 'near' } as const;
  const offset = figures.offset(offsetMs, 4, rounding[kind]);
  const shown = figures.shown(shownMs);
  const isSameDay = shown.slice(0, 10) === figures.instant(resultMs, 0).slice(0, 10);
  const sign = offset.startsWith('−') ? '+' : '−';
  return `${isSameDay ? shown.slice(11) : shown} ${sign} ${offset.slice(1)}`;
}
