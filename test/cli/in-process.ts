/** The real command line without a process of its own, which costs seconds of start-up for each case. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { addAccountCommand } from '../../src/cli/account.ts';
import { addBackup } from '../../src/cli/backup.ts';
import { addCheckConfig } from '../../src/cli/check-config.ts';
import type { Cli } from '../../src/cli/cli.ts';
import { addClocks } from '../../src/cli/clocks.ts';
import { addClosePeriod } from '../../src/cli/close-period.ts';
import { addCompleteness } from '../../src/cli/completeness.ts';
import { addDigest } from '../../src/cli/digest.ts';
import { addDoctor } from '../../src/cli/doctor.ts';
import { addExampleConfig } from '../../src/cli/example-config.ts';
import { addExplain } from '../../src/cli/explain.ts';
import { addMigrate } from '../../src/cli/migrate.ts';
import { addProbe } from '../../src/cli/probe.ts';
import { runProgram } from '../../src/cli/program.ts';
import { addRead } from '../../src/cli/read.ts';
import { addRecompute } from '../../src/cli/recompute.ts';
import { addReplay } from '../../src/cli/replay.ts';
import { addRestore } from '../../src/cli/restore.ts';
import { addSim } from '../../src/cli/sim.ts';
import { addStatus } from '../../src/cli/status.ts';
import { addVerify } from '../../src/cli/verify.ts';
import { languageOf } from '../../src/words/language.ts';
import type { Outcome } from './gerbang.ts';

const commands = [
  addCheckConfig,
  addExampleConfig,
  addMigrate,
  addStatus,
  addDoctor,
  addClocks,
  addCompleteness,
  addExplain,
  addRecompute,
  addClosePeriod,
  addVerify,
  addDigest,
  addAccountCommand,
  addBackup,
  addRestore,
  addProbe,
  addRead,
  addReplay,
  addSim,
];

/** Runs `gerbang …` to its end with nothing but this environment. */
export async function inProcess(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const lang = languageOf(args, env);
  const cli: Cli = { lang, env, stdout, stderr, say: (texts) => texts[lang], exitCode: 0 };
  const code = await runProgram(args, commands, cli);
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, stdout: out, stderr: err };
}
