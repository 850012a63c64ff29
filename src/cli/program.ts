import { Command, CommanderError } from 'commander';
import { UserError } from '../errors.ts';
import { version } from '../version.ts';
import { clean } from './clean.ts';
import { declareNats } from './program/nats.ts';
import { declareRunning } from './program/running.ts';
import { declareStudies } from './program/studies.ts';

/** The commands, each of which tells its exit status. They load what they need when they are used. */
function programFor(tell: (status: number) => void): Command {
  const program = new Command('hypertide')
    .version(version)
    .description('Finds good hyperparameters with as few trials as possible.')
    .exitOverride()
    .showHelpAfterError('(hypertide --help shows all commands)')
    .addHelpText(
      'after',
      `
Examples:
  hypertide run study.yaml -- python train.py --lr {lr}    tune a program, on this machine
  hypertide best study.jsonl                               the best trial so far
  hypertide verify study.jsonl                             recompute every suggestion from the log

Exit status: 0 done, 1 not as it should be (verify found a difference, lines were passed over, the study failed), 2 wrong usage or input,
130 interrupted. Standard output is data, standard error is talk.`,
    );
  const ending = (status: Promise<number>) => status.then(tell);
  declareRunning(program, ending);
  declareStudies(program, ending);
  declareNats(program, ending);
  return program;
}

/** Prints an error in one line. @returns the exit status: 2 for what the user can correct, 1 for the rest. */
export function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`hypertide: ${clean(message.replace(/\s*\n\s*/g, ' '))}\n`);
  if (error instanceof UserError) return 2;
  if (process.env.HYPERTIDE_DEBUG) process.stderr.write(`${stack}\n`);
  return 1;
}

/** Runs a command line, and gives its exit status. */
export async function main(args: readonly string[]): Promise<number> {
  let exit = 0;
  const program = programFor((status) => {
    exit = status;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return report(error);
  }
}
