/** A Vitest reporter that prints the fault matrix: a line as each row ends, and the whole table at the end. */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { chosenRows, type MatrixRow } from './row.ts';
import { rowNumbers, table } from './table.ts';

/** What became of one test that speaks for a row. */
interface Outcome {
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly durationMs: number;
  readonly seed: number | null;
  /** What was seen, why it was skipped, or what went wrong. */
  readonly words: string;
}

/** What became of a row, as it is written to the file that `GERBANG_MATRIX_RESULTS` names. */
export interface RowResult {
  readonly row: number;
  readonly result: 'held' | 'failed' | 'skipped' | 'absent';
  readonly words: string;
}

export default class MatrixReporter implements Reporter {
  readonly #chosen = chosenRows(process.env.GERBANG_MATRIX_ROW);
  readonly #outcomes = new Map<number, Outcome[]>();
  readonly #others: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const outcome = outcomeOf(test);
    const rows = table.filter((row) => this.#isChosen(row) && speaksFor(test, row));
    for (const { number } of rows) this.#outcomes.set(number, [...(this.#outcomes.get(number) ?? []), outcome]);
    if (rows.length === 0 && outcome.state === 'failed') this.#others.push(`${test.fullName}: ${outcome.words}`);
    const own = test.meta().matrix;
    if (own !== undefined) console.log(`row ${own.row} ${outcome.state}, ${seconds(outcome.durationMs)}`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const broken = modules.flatMap((module) =>
      module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`),
    );
    const numbers = this.#chosen ?? rowNumbers;
    console.log('\n| # | Fault | Expected | Seed | Duration | Result |\n|---|---|---|---|---|---|');
    const results = numbers.map((number) => this.#print(number));
    const file = process.env.GERBANG_MATRIX_RESULTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(results));
    const count = (wanted: string): number => results.filter(({ result }) => result === wanted).length;
    for (const fault of [...this.#others, ...broken, ...unhandled.map(({ message }) => message)])
      console.log(`also: ${fault}`);
    const others = this.#others.length + broken.length + unhandled.length;
    const failed = count('failed') + count('absent') + others;
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    console.log(`matrix: ${count('held')} of ${numbers.length} rows held, ${failed} did not${skipped}`);
    if (failed > 0) process.exitCode = 1;
  }

  #isChosen({ number }: MatrixRow): boolean {
    return this.#chosen?.includes(number) ?? true;
  }

  #print(number: number): RowResult {
    const row = table.find((each) => each.number === number);
    const outcomes = this.#outcomes.get(number) ?? [];
    const result = row === undefined || outcomes.length === 0 ? 'absent' : resultOf(outcomes);
    const seed = outcomes.find((outcome) => outcome.seed !== null)?.seed ?? '';
    const words = outcomes
      .filter(({ state }) => (result === 'held' ? true : state !== 'passed'))
      .map((each) => each.words);
    const said = [...words, row?.missing === undefined ? '' : `not tried: ${row.missing}`].filter(
      (text) => text !== '',
    );
    const duration = seconds(outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0));
    const cells = [
      number,
      row?.fault ?? 'no such row',
      row?.expected ?? '',
      seed,
      duration,
      [result, ...new Set(said)].join('; '),
    ];
    console.log(`| ${cells.join(' | ').replaceAll('\n', ' ')} |`);
    return { row: number, result, words: said.join('; ') };
  }
}

function outcomeOf(test: TestCase): Outcome {
  const result = test.result();
  const own = test.meta().matrix;
  const words =
    result.state === 'failed'
      ? (result.errors[0]?.message ?? 'failed')
      : result.state === 'skipped'
        ? (result.note ?? 'skipped')
        : (own?.seen ?? '');
  return { state: result.state, durationMs: test.diagnostic()?.duration ?? 0, seed: own?.seed ?? null, words };
}

/** A row is spoken for by its own test, and by those it names elsewhere. */
function speaksFor(test: TestCase, row: MatrixRow): boolean {
  const own = test.meta().matrix;
  if (own !== undefined) return own.row === row.number;
  const { relativeModuleId } = test.module;
  return (row.heldBy ?? []).some(
    ({ file, test: part }) => file === relativeModuleId && (part === undefined || test.fullName.includes(part)),
  );
}

/** Held only when everything that speaks for it has passed; a part that was skipped is told. */
function resultOf(outcomes: readonly Outcome[]): 'held' | 'failed' | 'skipped' {
  if (outcomes.some(({ state }) => state === 'failed' || state === 'pending')) return 'failed';
  return outcomes.some(({ state }) => state === 'passed') ? 'held' : 'skipped';
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
