/** The command line inside this process, for tests that would otherwise start twenty of them. */
import { Writable } from 'node:stream';
import { type AddCommand, runProgram } from '../../../src/cli/program.ts';

/** What a command left. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function collector(): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** Runs `gerbang …` in English. Every session waits for signals, so more than ten at once are no leak here. */
export async function run(command: AddCommand, ...argv: readonly string[]): Promise<Printed> {
  const [out, err] = [collector(), collector()];
  const code = await runProgram([...argv], [command], {
    lang: 'en',
    env: {},
    stdout: out.stream,
    stderr: err.stream,
    say: (texts) => texts.en,
    exitCode: 0,
  });
  return { code, stdout: out.text(), stderr: err.text() };
}
