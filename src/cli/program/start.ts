import { main, printError } from './program.ts';

/** Runs the command line of this process. */
export async function start(): Promise<void> {
  process.on('uncaughtException', (error) => process.exit(printError(error)));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : printError(error)); // the reader of a pipe has seen enough
  });
  process.stderr.on('error', () => {}); // there is no place left to report it
  process.exitCode = await main(process.argv.slice(2));
}
