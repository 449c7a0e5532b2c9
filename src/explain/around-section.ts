/** What was seen of the clock around a punch: its changes, our own sets, the terminal's own notes, and what is odd. */
import type { ClockStep } from '../clock/model-types.ts';
import { stepKinds, stepLocators } from '../words/clock.ts';
import { troubleKinds } from '../words/clock-troubles.ts';
import type { Explanation } from './facts.ts';
import { capital } from './figures.ts';
import type { Pen } from './pen.ts';
import { type Block, type Section, text } from './sheet.ts';

/** Lines listed of one kind; a clock that answers with old readings may have hundreds. */
const listed = 12;

/** Steps, sets, operations and troubles. */
export function aroundSection({ description }: Explanation, pen: Pen): Section {
  const { words, figures, lang } = pen;
  const { steps, sets, operations, troubles } = description;
  const items = [
    ...sets.map(({ sentAtMs, deviceMs }) => words.setText(figures.instant(sentAtMs), figures.shown(deviceMs))),
    ...operations.map(({ operation, deviceMs }) =>
      words.operationText(figures.number(operation), deviceMs === null ? words.open : figures.shown(deviceMs)),
    ),
    ...troubles.map(({ kind, fromMs, untilMs }) => {
      const { name, meaning } = troubleKinds[kind];
      const when = (atMs: number): string => (Number.isFinite(atMs) ? figures.instant(atMs, 0) : words.open);
      return words.troubleText(capital(name[lang]), meaning[lang], when(fromMs), when(untilMs));
    }),
  ];
  const blocks: Block[] = [];
  if (steps.length > 0) blocks.push(stepTable(steps, pen));
  if (items.length > 0) blocks.push({ kind: 'list', items: items.slice(0, listed) });
  if (blocks.length === 0) return { heading: words.aroundHead, blocks: [text(words.aroundNone)] };
  return { heading: words.aroundHead, blocks: [text(words.aroundRule), ...blocks] };
}

function stepTable(steps: readonly ClockStep[], { words, figures, lang }: Pen): Block {
  const when = (atMs: number): string => (Number.isFinite(atMs) ? figures.near(atMs) : words.open);
  return {
    kind: 'table',
    caption: words.stepsCaption,
    head: [words.what, words.earliestAt, words.latestAt, words.by, words.located],
    rows: steps
      .slice(0, listed)
      .map(({ kind, earliestMs, latestMs, byMs, locatedBy }) => [
        stepKinds[kind][lang],
        when(earliestMs),
        when(latestMs),
        byMs === null ? words.open : words.byRange(figures.jump(byMs.earliestMs), figures.jump(byMs.latestMs)),
        stepLocators[locatedBy][lang],
      ]),
  };
}
