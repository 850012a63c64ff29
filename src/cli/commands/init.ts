import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { checkIsProgram } from '../../programs/trialCommand.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { draftStudy, hasRange } from '../../studyFile/draft.ts';
import { programHelp } from '../../studyFile/programHelp.ts';
import { scriptArguments } from '../../studyFile/programSource.ts';
import { inform, suggestNext, writeOutput } from '../../text/output.ts';
import { UsageError } from '../../text/usage.ts';
import { declare } from '../command.ts';
import { preset, value, wholeNumber } from '../parts.ts';

export const command = declare({
  description: 'Write a commented study file. Given a program, take parameters and ranges from its --help.',
  options: {
    output: preset('file', 'file to write', 'study.yaml', { short: 'o' }),
    metric: value('name', 'printed name of the value to minimise (default: found in the output)'),
    epochs: value('n', 'the most epochs that a trial trains: turns on early stopping', { kind: wholeNumber }),
  },
  program: 'program and its fixed arguments',
  help: `Options of the program with a default get a range around it, and options with
choices become a choice. Other numbers and flags are written as comments.
If a Python script imports a program that hypertide knows, such as XGBoost, its
parameters get ranges and priors that usually suit them.
Options that are not hyperparameters, such as --epochs and --seed, are left out.
Check the ranges before you run the study.

Example:
  hypertide init --epochs 81 -- python3 train.py --data digits`,
  run: async ({ program: words, output, epochs, metric }) => {
    const [file, ...program] = words;
    if (file !== undefined && /\.(?:ya?ml|json)$/i.test(file))
      throw new UsageError(
        `${file}: expected a program, got a study file; name the file to write with -o: hypertide init -o ${[file, ...(program.length > 0 ? ['--', ...program] : [])].map(shellQuoted).join(' ')}`,
      );
    if (existsSync(output)) throw new UsageError(`${output}: exists already; choose another file with --output, or remove it`);
    const notebook = words.find((word) => word.endsWith('.ipynb'));
    if (notebook !== undefined)
      throw new UsageError(
        `${notebook}: a notebook takes no arguments; in a cell, write: import hypertide as ht; ht.Study({"lr": ht.log(1e-5, 0.1)}, minimize="loss").optimize(lambda trial: train(trial["lr"]), trials=30)`,
      );
    const sources = words.filter((word) => /\.(?:py|sh|bash)$/.test(word) && existsSync(word)).map((file) => readFileSync(file, 'utf8'));
    const { help, failure } = words.length === 0 || scriptArguments(sources).length > 0 ? { help: '' } : helpOf(words);
    const described = programHelp(help, words, sources);
    if (failure !== undefined && described.found.length + described.commands.length === 0) throw failure;
    const { found, commands, lacking } = described;
    if (commands.length > 0)
      throw new UsageError(
        `${words.join(' ')}: it has the commands ${commands.join(', ')}; name one, such as: hypertide init -- ${words.join(' ')} ${commands[0]}`,
      );
    await writeOutput(output, draftStudy(words, described, { epochs, metric }));
    if (lacking.length > 0) inform(`the program also needs ${lacking.join(', ')}: add that to the command in ${output}`);
    if (words.length === 0) {
      inform(`${output}: an example with one parameter; replace it with those of your program`);
      suggestNext(`hypertide check ${output} -- python3 train.py`);
      return 0;
    }
    if (found.length === 0) {
      inform(
        `${output}: the help of the program shows no option with a value; replace the example lr with its parameters, and {args} with how it takes them`,
      );
      suggestNext(`hypertide check ${output}`);
      return 0;
    }
    const open = found.filter((argument) => !hasRange(argument));
    const ranged = found.filter(hasRange);
    const named = (some: typeof found) => some.map(({ name }) => name).join(', ');
    inform(
      `${output}: ${ranged.length} ${ranged.length === 1 ? 'parameter' : 'parameters'}${ranged.length > 0 ? ` (${named(ranged)}); check their ranges in the file, they are guessed` : ''}`,
    );
    if (open.length > 0) inform(`write a range for ${named(open)}, or remove it if the program does not need it`);
    if (open.length > 0 && ranged.length === 0)
      inform('argparse shows defaults with formatter_class=argparse.ArgumentDefaultsHelpFormatter, for arguments that have a help text');
    suggestNext(`hypertide check ${output}`);
    return 0;
  },
});

/** What a program prints of its options: many that do not know --help print it as they fail. @throws UsageError if it cannot be started */
function helpOf([program = '', ...args]: readonly string[]): { readonly help: string; readonly failure?: UsageError } {
  checkIsProgram(program);
  const env = { ...process.env, COLUMNS: '400', NO_COLOR: '1', TERM: 'dumb', PAGER: 'cat' };
  const { stdout, stderr, error, status } = spawnSync(program, [...args, '--help'], { encoding: 'utf8', timeout: 60_000, env });
  if (error) throw new UsageError(`${program} cannot be started (${error.message})`);
  if (status === 0) return { help: stdout.trim() === '' ? stderr : stdout };
  const words = [program, ...args].join(' ');
  const failure = new UsageError(`${words} --help: exited ${status}: ${lastErrorIn(stderr)}; "hypertide init" alone writes an example`);
  return { help: `${stdout}\n${stderr}`, failure };
}

/** The last line, or the one that names the error where Node prints its version below it. */
function lastErrorIn(text: string): string {
  const lines = text.trim().split('\n');
  const last = lines.at(-1)!;
  return /^Node\.js v\d/.test(last) ? (lines.findLast((line) => /^\w*Error\b/.test(line)) ?? last) : last;
}
