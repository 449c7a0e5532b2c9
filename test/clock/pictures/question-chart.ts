/** Eight questions: what each leaves of the offset. */
import { planBurst } from '../../../src/clock/aim.ts';
import { foldSamples, widthOf } from '../../../src/clock/offset.ts';
import type { ClockSample } from '../../../src/clock/sample.ts';
import { seeded } from '../random.ts';
import { box, ink, line, picture, scale, width, words } from './svg.ts';

const questions = 8;
const left = 150;
const right = width - 120;

/** Draws one burst over a link of 25 ms, asked by the production code. */
export function questionChart(): string {
  const random = seeded(4);
  const offsetMs = 130_420;
  const samples: ClockSample[] = [];
  const marks: string[] = [words(20, 24, 'Eight questions to a clock that shows whole seconds, over a link of 25 ms')];
  const x = scale([offsetMs - 700, offsetMs + 700], [left, right]);
  let nowMs = 1_790_000_000_000;
  for (let asked = 0; asked < questions; asked += 1) {
    const delayMs = planBurst({ prior: null, samples, count: questions, nowMs })?.delayMs ?? 0;
    const sentAtMs = nowMs + delayMs;
    const receivedAtMs = sentAtMs + 22 + random() * 8;
    const readAtMs = sentAtMs + (receivedAtMs - sentAtMs) * random();
    samples.push({
      sentAtMs,
      receivedAtMs,
      deviceMs: Math.floor((readAtMs + offsetMs) / 1_000) * 1_000,
      kind: 'hourly',
    });
    nowMs = receivedAtMs;
    const interval = foldSamples(samples).at(-1)?.interval;
    if (interval === undefined) continue;
    const y = 50 + asked * 26;
    const [start, end] = [x(interval.earliestMs), x(interval.latestMs)];
    marks.push(
      words(20, y + 12, `after ${asked + 1} ${asked === 0 ? 'answer' : 'answers'}`),
      box(start, y, end - start, 16, ink.provenFill),
      words(Math.min(end, right) + 8, y + 12, `${widthOf(interval).toFixed(0)} ms wide`, 'start', ink.quiet),
    );
  }
  const bottom = 50 + questions * 26;
  marks.push(
    line(x(offsetMs), 44, x(offsetMs), bottom, ink.step),
    words(x(offsetMs), bottom + 18, 'true offset, 2:10.420', 'middle', ink.step),
  );
  return picture('What eight questions leave of an offset', bottom + 34, marks);
}
