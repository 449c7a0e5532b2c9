/** How the answer can be had again: which evidence, which model, which code; and what was answered before. */
import { timeStatuses } from '../words/clock.ts';
import { type Answer, type Explanation, type OtherAnswer, type Rebuilt, sameAnswer } from './facts.ts';
import type { Pen } from './pen.ts';
import { type Block, facts, type Section, text } from './sheet.ts';

/** Model, digests, former answers, adjustments. */
export function trailSection(explanation: Explanation, pen: Pen): Section {
  const { words } = pen;
  const { rebuilt, formerAnswers, adjustments, stored, description } = explanation;
  const blocks: Block[] = [
    facts(
      [words.model, modelText(rebuilt, pen)],
      rebuilt.storedDigest === null ? null : [words.digestStored, rebuilt.storedDigest],
      [words.digestNow, rebuilt.digest],
      [words.verdict, verdictOf(explanation, pen)],
    ),
  ];
  if (!sameAnswer(stored, description.time)) blocks.push(comparison(stored, description.time, pen));
  if (formerAnswers.length === 0) blocks.push(text(words.formerNone));
  else blocks.push(text(words.formerHead), answersTable(words.formerCaption, formerAnswers, words.replaced, pen));
  if (adjustments.length > 0)
    blocks.push(text(words.adjustHead), answersTable(words.adjustCaption, adjustments, words.noted, pen));
  return { heading: words.trailHead, blocks };
}

function modelText(rebuilt: Rebuilt, { words, figures }: Pen): string {
  const { modelVersion, builtAtMs, storedCodeVersion, codeVersion } = rebuilt;
  if (modelVersion === null || builtAtMs === null) return words.modelNow(codeVersion);
  const builtAt = `${figures.instant(builtAtMs, 0)} ${figures.zoneName}`;
  return words.modelVersion(figures.number(modelVersion), builtAt, storedCodeVersion ?? codeVersion);
}

function verdictOf({ rebuilt, stored, description }: Explanation, { words }: Pen): string {
  if (rebuilt.storedDigest === null) return words.workedOut;
  const matches = rebuilt.digest === rebuilt.storedDigest && sameAnswer(stored, description.time);
  return matches ? words.match : words.mismatch;
}

/** The stored answer above the one that was worked out again. */
function comparison(stored: Answer, again: Answer, pen: Pen): Block {
  const { words } = pen;
  return {
    kind: 'table',
    caption: words.verdict,
    head: [words.verdict, ...answerHead(pen)],
    rows: [
      [words.asStored, ...answerCells(stored, pen)],
      [words.asRebuilt, ...answerCells(again, pen)],
    ],
  };
}

function answersTable(caption: string, answers: readonly OtherAnswer[], when: string, pen: Pen): Block {
  const { words, figures } = pen;
  return {
    kind: 'table',
    caption,
    head: [words.revision, ...answerHead(pen), when, words.because],
    rows: answers.map((answer) => [
      answer.revision === null ? '–' : figures.number(answer.revision),
      ...answerCells(answer, pen),
      figures.instant(answer.atMs, 0),
      words.reasons[answer.why],
    ]),
  };
}

function answerHead({ words }: Pen): string[] {
  return [words.time, words.lower, words.upper, words.status];
}

function answerCells({ occurredAtMs, earliestMs, latestMs, status }: Answer, { words, figures, lang }: Pen): string[] {
  const lower = Number.isFinite(earliestMs) ? figures.near(earliestMs, 3, 'down') : words.open;
  return [figures.near(occurredAtMs), lower, figures.near(latestMs, 3, 'up'), timeStatuses[status].name[lang]];
}
