#!/usr/bin/env node
import { inOneLine } from './errors.ts';
import { standardOutput } from './output.ts';
import { runProgram } from './program.ts';

// A reader that has seen enough (`| head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => {
    standardOutput.talk(`hypertide: ${inOneLine(error)}`);
    process.exit(1);
  });
}
process.exitCode = await runProgram(process.argv.slice(2), standardOutput);
