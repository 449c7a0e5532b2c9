/** The order of test files: those that take long begin first, so that none of them runs alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute and more, longest first; most of it is waiting for deadlines and killed processes. */
const long = [
  'test/path/killing',
  'test/path/several-hosts',
  'test/drill/',
  'test/queue/no-outage',
  'test/proof/defects',
  'test/zklib/whatever',
  'test/cli/probe-names',
  'test/proof/every-cell',
  'test/worlds/',
  'test/matrix/what-terminals',
  'test/store/the-embedded',
];

/** Vitest asks for a class. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((part) => moduleId.includes(`/${part}`));
      return found < 0 ? long.length : found;
    };
    return usual
      .map((file, at) => ({ file, at }))
      .sort((a, b) => rank(a.file) - rank(b.file) || a.at - b.at)
      .map(({ file }) => file);
  }
}
