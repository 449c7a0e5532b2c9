/** A Vitest reporter that leaves the totals of a run in the file named by `GERBANG_TEST_SUMMARY`. */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What `run-tests.ts` prints. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Test files that could not be run at all, and errors outside of any test. */
  readonly errors: readonly string[];
}

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const target = process.env.GERBANG_TEST_SUMMARY;
    if (target) writeFileSync(target, JSON.stringify(summarise(modules, unhandled)));
  }
}

function summarise(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Summary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const broken = modules.filter((module) => module.errors().length > 0);
  const suites = modules.flatMap((module) => [...module.children.allSuites()]).filter((suite) => suite.errors().length);
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failed: tests.filter((test) => test.result().state === 'failed').length,
    skipped: tests.flatMap((test) => {
      const result = test.result();
      const reason = 'note' in result && result.note ? result.note : 'no reason given';
      return result.state === 'skipped' || result.state === 'pending' ? [{ name: test.fullName, reason }] : [];
    }),
    errors: [
      ...broken.map((module) => module.relativeModuleId),
      ...suites.map((suite) => suite.fullName),
      ...unhandled.map((error) => error.message),
    ],
  };
}
