/** The sheet of one punch: from the answer down to the bytes it rests on, in the order in which a hearing asks. */

import { formatDeviceTime } from '../clock/device-time.ts';
import { assumptions, timeBases, timeStatuses, whatWouldChange } from '../words/clock.ts';
import { explainWords } from '../words/explain.ts';
import type { Lang } from '../words/language.ts';
import { unpackTime } from '../zk/packed-time.ts';
import { aroundSection } from './around-section.ts';
import { clockBlocks } from './clock-section.ts';
import { alarmsOf, type Explanation } from './facts.ts';
import { figuresFor } from './figures.ts';
import type { Pen } from './pen.ts';
import { type Block, facts, type Section, type Sheet, text } from './sheet.ts';
import { sumsBlocks } from './sums-section.ts';
import { trailSection } from './trail-section.ts';

/**
 * The sheet of one punch.
 *
 * @param options.hidePerson leaves out the PIN and the bytes that hold it: for readers nobody has asked who they are
 */
export function punchSheet(
  explanation: Explanation,
  options: { readonly lang: Lang; readonly hidePerson?: boolean },
): Sheet {
  const { lang, hidePerson = false } = options;
  const figures = figuresFor(explanation.office.timeZone, explanation.stored.occurredAtMs, lang);
  const pen: Pen = { lang, words: explainWords(lang), figures };
  const { status } = explanation.stored;
  return {
    title: pen.words.title,
    subject: explanation.punchId,
    alarms: alarmsOf(explanation).map((alarm) => pen.words.alarms[alarm]),
    lead: {
      text: leadOf(explanation, pen),
      status: timeStatuses[status].name[lang],
      meaning: timeStatuses[status].meaning[lang],
    },
    sections: [
      writtenSection(explanation, pen, hidePerson),
      arrivalSection(explanation, pen),
      clockSection(explanation, pen),
      sumsSection(explanation, pen),
      resultSection(explanation, pen),
      aroundSection(explanation, pen),
      trailSection(explanation, pen),
    ],
    foot: pen.words.foot,
  };
}

function clockSection(explanation: Explanation, pen: Pen): Section {
  const { lookBefore, lookAfter } = explanation.description;
  const rule = lookBefore === null && lookAfter === null ? [] : [text(pen.words.sampleRule)];
  return { heading: pen.words.clockHead, blocks: [...rule, ...ofEachFit(explanation, pen, clockBlocks)] };
}

function sumsSection(explanation: Explanation, pen: Pen): Section {
  const { words } = pen;
  const rules = explanation.description.sums.length === 0 ? [] : [text(words.sumsRule), text(words.driftRule)];
  return { heading: words.sumsHead, blocks: [...rules, ...ofEachFit(explanation, pen, sumsBlocks)] };
}

/** The blocks of every setting of the clock that fits, each under its number where there are several. */
function ofEachFit(
  { description, otherFits }: Explanation,
  pen: Pen,
  blocksOf: (description: Explanation['description'], pen: Pen) => readonly Block[],
): Block[] {
  if (otherFits.length === 0) return [...blocksOf(description, pen)];
  return [description, ...otherFits].flatMap((fit, index) => [
    text(pen.words.fitHead(pen.figures.number(index + 1))),
    ...blocksOf(fit, pen),
  ]);
}

/** The answer in one sentence. */
function leadOf({ stored, description }: Explanation, { words, figures, lang }: Pen): string {
  const { occurredAtMs, earliestMs, latestMs, status } = stored;
  const format = {
    timeZone: figures.timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  } as const;
  const day = new Intl.DateTimeFormat(lang === 'id' ? 'id-ID' : 'en-GB', format).format(occurredAtMs);
  const until = figures.near(latestMs, 3, 'up');
  const bounds = Number.isFinite(earliestMs)
    ? words.between(figures.near(earliestMs, 3, 'down'), until)
    : words.notAfter(until);
  const { candidates } = description.time;
  const at =
    status === 'ambiguous' && candidates.length > 1
      ? candidates.map((candidate) => figures.near(candidate.occurredAtMs)).join(` ${words.or} `)
      : figures.timeOfDay(occurredAtMs);
  const begin = status === 'final' || status === 'provisional' ? words.happened : words[status];
  return `${begin(day, at, figures.zoneName)}; ${bounds}`;
}

function writtenSection(explanation: Explanation, { words, figures }: Pen, hidden: boolean): Section {
  const { written, office, terminalName, serial, epoch, ordinal } = explanation;
  const { deviceMs } = explanation.description.record;
  const shown =
    deviceMs === null
      ? words.impossible(formatDeviceTime(unpackTime(written.deviceTimeRaw)).replace('T', ' '))
      : figures.shown(deviceMs);
  const blocks: Block[] = [
    facts(
      [words.terminal, `${terminalName} (${words.serial} ${serial})`],
      [words.office, `${office.name} (${office.code}), ${office.timeZone} (${figures.zoneName})`],
      [words.deviceTime, shown],
      hidden ? null : [words.pin, written.pin],
      [words.verify, words.verifyMode(`${written.verifyMode}`, `${written.punchState}`, `${written.workCode}`)],
      [words.position, words.positionIn(`${ordinal}`, `${epoch}`)],
      [words.source, written.source === 'pull' ? words.pull : written.source],
    ),
  ];
  if (hidden) blocks.push(text(words.bytesHidden));
  else blocks.push(text(words.bytes), { kind: 'code', text: spacedHex(written.rawHex) });
  return { heading: words.writtenHead, blocks };
}

function spacedHex(hex: string): string {
  return hex.match(/../g)?.join(' ') ?? '';
}

function arrivalSection({ absentAtMs, presentAtMs, batch }: Explanation, { words, figures }: Pen): Section {
  const zone = figures.zoneName;
  const absent = absentAtMs === null ? words.neverLooked : `${figures.instant(absentAtMs, 3, 'down')} ${zone}`;
  return {
    heading: words.arrivalHead,
    blocks: [
      facts(
        [words.notThere, absent],
        [words.wasThere, `${figures.instant(presentAtMs, 3, 'up')} ${zone}`],
        [
          words.batch,
          batch === null
            ? words.batchUnknown
            : words.batchText(figures.number(batch.seq), `${figures.instant(batch.storedAtMs, 0)} ${zone}`),
        ],
        batch === null ? null : [words.head, batch.headHex],
      ),
      text(words.arrivalText),
    ],
  };
}

function resultSection({ stored, description }: Explanation, { words, figures, lang }: Pen): Section {
  const { time } = description;
  const zone = figures.zoneName;
  const lower = Number.isFinite(stored.earliestMs)
    ? `${figures.instant(stored.earliestMs, 3, 'down')} ${zone}`
    : words.open;
  const { name, meaning } = timeStatuses[stored.status];
  const blocks: Block[] = [
    facts(
      [words.time, `${figures.instant(stored.occurredAtMs)} ${zone}`],
      [words.lower, lower],
      [words.upper, `${figures.instant(stored.latestMs, 3, 'up')} ${zone}`],
      [words.status, `${name[lang]}. ${meaning[lang]}`],
      [words.basis, timeBases[time.basis][lang]],
      [words.change, whatWouldChange[description.wouldChange][lang]],
      [words.revision, figures.number(stored.revision)],
      stored.suspect === null ? null : [words.suspect, stored.suspect],
    ),
    text(straddleText(stored, { words, figures })),
  ];
  if (time.candidates.length > 0) blocks.push(candidateTable(time.candidates, { words, figures }));
  const granted = description.assumptions.map((assumption) => assumptions[assumption][lang]);
  if (granted.length > 0) blocks.push(text(words.granted), { kind: 'list', items: granted });
  return { heading: words.resultHead, blocks };
}

const minuteMs = 60_000;

/** Bands of lateness break at whole minutes: whether the bounds leave one open. */
function straddleText(
  { earliestMs, latestMs }: Explanation['stored'],
  { words, figures }: Pick<Pen, 'words' | 'figures'>,
): string {
  if (!Number.isFinite(earliestMs)) return words.straddleOpen;
  const firstMs = (Math.floor(earliestMs / minuteMs) + 1) * minuteMs;
  const lastMs = Math.floor(latestMs / minuteMs) * minuteMs;
  if (firstMs > lastMs) return words.straddleNone;
  const minute = (atMs: number): string => figures.near(atMs, 0).slice(0, -3);
  return firstMs === lastMs ? words.straddleOne(minute(firstMs)) : words.straddleMany(minute(firstMs), minute(lastMs));
}

function candidateTable(
  candidates: Explanation['description']['time']['candidates'],
  { words, figures }: Pick<Pen, 'words' | 'figures'>,
): Block {
  return {
    kind: 'table',
    caption: words.candidates,
    head: [words.candidate, words.time, words.lower, words.upper],
    rows: candidates.map(({ occurredAtMs, earliestMs, latestMs }, index) => [
      words.candidateName(figures.number(index + 1)),
      figures.near(occurredAtMs),
      figures.near(earliestMs, 3, 'down'),
      figures.near(latestMs, 3, 'up'),
    ]),
  };
}
