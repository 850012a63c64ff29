import { type Command, Option } from 'commander';
import { withLog } from '../terminal/withLog.ts';
import { byteSize, type ExitWith, helpOnProgram, logFormatOption, port, time, wholeNumber } from './arguments.ts';

/** The commands that run a study on this machine. */
export function declareRun(program: Command, exit: ExitWith): void {
  program.commandsGroup('Run:');

  program
    .command('init')
    .summary('begin here: write a study file from the help of a program')
    .description('Write a commented study file. Given a program, take parameters and ranges from its --help.')
    .argument('[command...]', 'program and its fixed arguments, after --')
    .showHelpAfterError(helpOnProgram)
    .option('-o, --output <file>', 'file to write (default: study.yaml)')
    .option('--metric <name>', 'printed name of the value to minimise (default: found in the output)')
    .option('--epochs <n>', 'the most epochs that a trial trains: turns on early stopping', wholeNumber)
    .addHelpText(
      'after',
      `
Options of the program with a default get a range around it, and options with
choices become a choice. Other numbers and flags are written as comments.
Options that are not hyperparameters, such as --epochs and --seed, are left out.
Check the ranges before you run the study.

Example:
  hypertide init --epochs 81 -- python3 train.py --data digits`,
    )
    .action((command, options) => exit(import('../commands/run/init.ts').then(({ initStudy }) => initStudy(command, options))));

  program
    .command('run')
    .summary('tune a program; resume an interrupted study')
    .description('Run a program for each trial. Resumes the study if its journal exists.')
    .argument('[study]', 'study file, YAML or JSON; without one, run shows an example')
    .argument('[command...]', 'program and its arguments, after --')
    .showHelpAfterError(helpOnProgram)
    .option('--journal <file>', 'journal of the study (default: <study name>.jsonl)')
    .option('--parallel <n>', 'programs to run at a time (default: 1)', wholeNumber)
    .option('--trials <n>', 'configurations to try (default: no limit)', wholeNumber)
    .option('--metric <name>', 'printed name of the value to optimise')
    .option('--metric-file <path>', 'file of metrics that the program writes, such as runs/{trial}/metrics.csv')
    .option('--seed <text>', 'seed for all random choices (default: 0)')
    .addOption(
      new Option('--fsync <policy>', 'when to force writes to the disk (default: interval)').choices(['always', 'interval', 'never']),
    )
    .option(
      '--keep <size>',
      'disk space for output and checkpoints, such as 20GB; files of the worst trials are deleted first (default: no limit)',
      byteSize,
    )
    .option('--json', 'print a JSON line for each trial that ends')
    .option('--hooks <file>', 'commands and webhooks to call on events (YAML)')
    .addOption(logFormatOption())
    .option('--dashboard [port]', 'show the study in a browser (default port: a free one)', port)
    .addHelpText(
      'after',
      `
The command runs without a shell, once per trial. Its arguments can contain:
  {name}                 the value of this parameter
  {?name}                nothing; the argument is left out unless the parameter
                         is true, as in --bias{?bias}; --no-bias{!bias}: false
  {args}                 as an argument by itself: --name value for each
                         parameter
  {params}               the path of a JSON file with all parameters
  {study} {trial} {attempt}
  {slot}                 0 to parallel - 1, for example to choose a GPU
  {budget}               the step up to which to train
  {resumes} {checkpoint} the trial to resume and its checkpoint
The same values are in the environment: HYPERTIDE_PARAM_LR for the parameter lr,
HYPERTIDE_PARAMS (JSON), HYPERTIDE_PARAMS_FILE, HYPERTIDE_TRIAL,
HYPERTIDE_ATTEMPT, HYPERTIDE_SLOT, HYPERTIDE_BUDGET, HYPERTIDE_CHECKPOINT
(checkpoint to load) and HYPERTIDE_CHECKPOINT_DIR (where to save checkpoints;
each attempt has its own). When hypertide ends or is killed, its programs end.

Hypertide keeps the output of the program and reads values from it:
  {"step": 3, "loss": 0.41}  or  step=3 loss=0.41
      reports a value; a trial that falls behind gets SIGTERM
  {"loss": 0.38, "metrics": {"size": 12}}  or  loss=0.38
      is the result; without one, the last report is the result
  Epoch 3/20, then  loss: 0.41 - val_loss: 0.5
      reports val_loss, if that is the objective; progress bars (Keras,
      Lightning), tables (fastai) and XGBoost's lines are read too
  {"checkpoint": "epoch-3.pt"}
      names a checkpoint that a later attempt can load
  {"infeasible": "out of memory"}
      says that this configuration cannot run
With --metric-file, values are read from that file instead: JSON, JSON lines
or CSV. Its path can contain {trial} and the other placeholders of the command.

"objective: minimize val_loss" in the study file, or --metric val_loss, names
the value to optimise. Without a name it is "value", or the only printed value
whose name is usually minimised (loss, rmse, ...) or, with maximize, usually
maximised (accuracy, auc, ...).

"epochs: 27" in the study file turns on early stopping: trials that fall behind
are stopped. Your program only has to report values. "early: false" trains all
trials to the end. A strategy that pauses and resumes trials needs
"resumes: true", or {checkpoint} or {budget} in the command.

Ctrl-C ends the programs; the same command resumes the study. On restart, a
limit or "parallel" from the file or an option is applied only if it differs
from the previous start, so a restart never undoes what hypertide change did.

Exit status: 0 done, 1 not as expected, 2 wrong usage or input, 5 disk full and
results in another file, 130 interrupted

Examples:
  hypertide run study.yaml -- python3 train.py --lr {lr} --units {units}
  hypertide run study.yaml --parallel 4 -- \\
    env CUDA_VISIBLE_DEVICES={slot} python3 train.py {args}
  hypertide run study.yaml --trials 200 --json > trials.jsonl`,
    )
    .action((study, command, options) =>
      exit(withLog(options.logFormat, async (log) => (await import('../commands/run/run.ts')).runPrograms(study, command, options, log))),
    );

  program
    .command('check')
    .summary('test whether a program works with a study')
    .description('Run the program some times for a short time, and print what a study can do with it.')
    .argument('<study>', 'study file, YAML or JSON')
    .argument('[command...]', 'program and its arguments, after --; {name} is a parameter')
    .showHelpAfterError(helpOnProgram)
    .option('--metric <name>', 'printed name of the value to optimise')
    .option('--metric-file <path>', 'file of metrics that the program writes, such as runs/{trial}/metrics.csv')
    .option('--seconds <time>', 'time limit of each run, such as 90 (seconds) or 5m (default: 60s)', time)
    .option('--fix', 'write the name that is proposed for the value into the study file')
    .addHelpText(
      'after',
      `
Prints the arguments that the program gets, which values and steps were read,
whether the value changes with the parameters, whether the program keeps to its
budget, ends at SIGTERM and resumes from its checkpoint, and which kind of early
stopping you can use. If no value can be read as the study file says, it tries
the likeliest one, printed or in a file that the program wrote, and --fix writes
what this takes into the study file. Writes no journal.
Exit status: 0 if a value was read or --fix named it, 1 otherwise.

Example:
  hypertide check study.yaml -- python3 train.py --lr {lr} --units {units}`,
    )
    .action((study, command, options) =>
      exit(import('../commands/run/check.ts').then(({ checkProgram }) => checkProgram(study, command, options))),
    );
}
