#!/usr/bin/env node
import { main, printError } from './program/program.ts';

process.on('uncaughtException', (error) => process.exit(printError(error)));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : printError(error)); // the reader of the pipe has closed it
});
process.stderr.on('error', () => {}); // there is no output left to report it
process.exitCode = await main(process.argv.slice(2));
