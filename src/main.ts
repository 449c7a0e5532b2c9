#!/usr/bin/env node
/** The program: which commands there are. */
import { addAccountCommand } from './cli/account.ts';
import { addBackup } from './cli/backup.ts';
import { addCheckConfig } from './cli/check-config.ts';
import { addClocks } from './cli/clocks.ts';
import { addClosePeriod } from './cli/close-period.ts';
import { addCompleteness } from './cli/completeness.ts';
import { addDemo } from './cli/demo.ts';
import { addDigest } from './cli/digest.ts';
import { addDoctor } from './cli/doctor.ts';
import { addExampleConfig } from './cli/example-config.ts';
import { addExplain } from './cli/explain.ts';
import { addMigrate } from './cli/migrate.ts';
import { addProbe } from './cli/probe.ts';
import { runProgram } from './cli/program.ts';
import { addRead } from './cli/read.ts';
import { addRecompute } from './cli/recompute.ts';
import { addRehearse } from './cli/rehearse.ts';
import { addReplay } from './cli/replay.ts';
import { addRestore } from './cli/restore.ts';
import { addSim } from './cli/sim.ts';
import { addStart } from './cli/start.ts';
import { addStatus } from './cli/status.ts';
import { addVerify } from './cli/verify.ts';

process.exitCode = await runProgram(process.argv.slice(2), [
  addDemo,
  addRehearse,
  addStart,
  addCheckConfig,
  addExampleConfig,
  addMigrate,
  addStatus,
  addDoctor,
  addCompleteness,
  addClocks,
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
]);
