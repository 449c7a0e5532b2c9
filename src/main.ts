#!/usr/bin/env node
/** The program: which commands there are. */
import { addCheckConfig } from './cli/check-config.ts';
import { addExampleConfig } from './cli/example-config.ts';
import { runProgram } from './cli/program.ts';

process.exitCode = await runProgram(process.argv.slice(2), [addCheckConfig, addExampleConfig]);
