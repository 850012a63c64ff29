#!/usr/bin/env node
import { main, report } from './program.ts';

process.on('uncaughtException', (error) => process.exit(report(error)));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // whoever read has seen enough
});
process.exitCode = await main(process.argv.slice(2));
