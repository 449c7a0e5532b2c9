/** The looks at the clock on both sides of the punch: each question with its answer, and what they prove together. */
import type { LookFact, TimeDescription } from '../clock/description.ts';
import type { ClockSegment } from '../clock/model-types.ts';
import { intervalOf } from '../clock/offset.ts';
import { sampleKinds } from '../words/clock.ts';
import type { Pen } from './pen.ts';
import { type Block, facts, text } from './sheet.ts';

/** What the samples before and after the punch show. */
export function clockBlocks({ lookBefore, lookAfter, segment }: TimeDescription, pen: Pen): Block[] {
  const { words } = pen;
  const blocks: Block[] = [];
  blocks.push(...lookBlocks(lookBefore, words.before, words.noneBefore, pen));
  blocks.push(...lookBlocks(lookAfter, words.after, words.noneAfter, pen));
  if (segment !== null) blocks.push(segmentFacts(segment, pen));
  return blocks;
}

function lookBlocks(look: LookFact | null, title: string, none: string, pen: Pen): Block[] {
  if (look === null) return [text(none)];
  const { words, figures, lang } = pen;
  const { atMs, earliestMs, latestMs } = look.offset;
  return [
    text(title),
    {
      kind: 'table',
      caption: words.samplesCaption,
      head: [words.why, words.asked, words.answered, words.showed, words.least, words.most],
      rows: look.samples.map((sample) => {
        const alone = intervalOf(sample);
        return [
          sampleKinds[sample.kind][lang],
          figures.near(sample.sentAtMs, 3, 'down'),
          figures.near(sample.receivedAtMs, 3, 'up'),
          figures.shownNear(sample.deviceMs),
          figures.offset(alone.earliestMs, 3, 'down'),
          figures.offset(alone.latestMs, 3, 'up'),
        ];
      }),
    },
    text(
      words.together(
        figures.near(atMs, 3, 'near'),
        figures.offset(earliestMs, 4, 'down'),
        Number.isFinite(latestMs) ? figures.offset(latestMs, 4, 'up') : words.open,
      ),
    ),
  ];
}

function segmentFacts({ kind, seenFromMs, seenUntilMs, samples, rate }: ClockSegment, pen: Pen): Block {
  const { words, figures } = pen;
  if (kind === 'unsampled' || seenFromMs === null || seenUntilMs === null)
    return facts([words.segment, words.segmentUnsampled]);
  const ppm = (value: number): string => `${value < 0 ? '−' : '+'}${figures.number(Math.abs(value), 1)}`;
  return facts(
    [
      words.segment,
      words.segmentText(figures.instant(seenFromMs, 0), figures.instant(seenUntilMs, 0), figures.number(samples)),
    ],
    [
      words.rate,
      rate.basis === 'assumed'
        ? words.rateAssumed(ppm(rate.minPpm), ppm(rate.maxPpm))
        : words.rateFitted(ppm(rate.ppm), ppm(rate.minPpm), ppm(rate.maxPpm), figures.seconds(rate.ppm * 86.4, 2)),
    ],
  );
}
