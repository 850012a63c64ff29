import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { askTell } from './commands/askTell.ts';
import { type ExitCode, exitCodeOf, inOneLine } from './errors.ts';
import type { Output } from './output.ts';

const EXAMPLES = `
Examples:
  hypertide run study.yaml -- python train.py --lr {lr}    tune any program; Ctrl-C, and the same command goes on
  hypertide best study.jsonl                               the best trial so far, also while the study runs
  hypertide verify study.jsonl                             recompute every suggestion from the journal

Exit codes: 0 all is well, 1 the study or the verification failed, 2 wrong usage or input, 130 interrupted.`;

/** Runs a command line. Whatever goes wrong is said in one line. */
export async function runProgram(args: readonly string[], output: Output): Promise<number> {
  let code: ExitCode = 0;
  const program = new Command('hypertide')
    .description('Hyperparameter optimisation whose state is one ordered log.')
    .version(version, '-v, --version')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.data(text.trimEnd()),
      writeErr: (text) => output.talk(text.trimEnd()),
    });
  const ends = (promised: Promise<ExitCode>) =>
    promised.then((ended) => {
      code = ended;
    });

  program
    .command('ask-tell')
    .description('serve a study over lines of JSON on stdin and stdout')
    .requiredOption('--strategy <strategy>', "a name, or YAML as in a study file, such as '{chain: [asha, random]}'")
    .action(({ strategy }: { strategy: string }) => ends(askTell(strategy, process.stdin, output)));

  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said what is wrong
    output.talk(`hypertide: ${inOneLine(error)}`);
    return exitCodeOf(error);
  }
}
