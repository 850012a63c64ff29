import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';

const whole = (text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return n;
};

const seconds = (text: string): number => {
  const n = Number(text);
  if (!(n > 0 && Number.isFinite(n))) throw new InvalidArgumentError('expected a number above 0.');
  return n;
};

const port = (text: string): number => {
  const n = Number(text);
  if (!(Number.isInteger(n) && n >= 0 && n < 65536)) throw new InvalidArgumentError('expected a port.');
  return n;
};

const natsOption = ['--nats <url>', 'the server'] as const;
const nkeyOption = ['--nkey <file>', 'the seed to come in with'] as const;

const journalArgument = ['<journal>', 'the file that holds the study'] as const;

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

  program
    .command('run')
    .description('Runs a program for each trial; a study that was broken off is gone on with.')
    .argument('<study>', 'study file, YAML or JSON')
    .argument('[command...]', 'the program and its arguments, behind --; {name} stands for a parameter')
    .option('--journal <file>', 'where the study is kept (default: <name of the study>.jsonl)')
    .option('--parallel <n>', 'programs at a time', whole)
    .option('--trials <n>', 'configurations to try', whole)
    .option('--seed <seed>', 'of all randomness')
    .addOption(new Option('--fsync <policy>', 'when what is written is forced to the disk').choices(['always', 'interval', 'never']))
    .option('--json', 'a JSON line for each trial')
    .option('--dashboard [port]', 'shows the study in a browser as it runs', port)
    .addHelpText(
      'after',
      `
The command is run without a shell, once for each trial, --parallel at a time. Within its arguments
  {name}                            stands for the value of that parameter
  {trial} {attempt} {slot} {study}  numbers and name; a slot is in [0, parallel), so that each program may have a device of its own
  {budget} {resumes} {checkpoint}   of trials that go on from others
  {params}                          the path of a JSON file that holds all parameters
  {args}                            as an argument of its own: --name value for each parameter
The environment has the same: HYPERTIDE_PARAM_LR, HYPERTIDE_PARAMS (JSON), HYPERTIDE_PARAMS_FILE, HYPERTIDE_TRIAL, HYPERTIDE_ATTEMPT,
HYPERTIDE_SLOT, HYPERTIDE_BUDGET, HYPERTIDE_CHECKPOINT (to go on from) and HYPERTIDE_CHECKPOINT_DIR (to save in).

It says how it is doing on its standard output, a line at a time; all other lines are kept in a log for people:
  {"step": 3, "loss": 0.41}  or  step=3 loss=0.41                a report; a trial that falls behind gets SIGTERM
  {"loss": 0.38, "metrics": {"size": 12}}  or  loss=0.38         the result; without one, the last report is the result
  {"checkpoint": "epoch-3.pt"}                                   what a later attempt may go on from
  {"infeasible": "out of memory"}                                this configuration cannot be run

Ctrl-C ends the programs; the same command goes on with the study. What the study file said when the study began does not undo what an
option or hypertide change has said since.

Examples:
  hypertide run study.yaml -- python train.py --lr {lr} --units {units}
  hypertide run study.yaml --parallel 4 -- env CUDA_VISIBLE_DEVICES={slot} python train.py {args}
  hypertide run study.yaml --trials 200 --json > trials.jsonl`,
    )
    .action((study, command, options) => ending(import('./commands/run.ts').then(({ runStudy }) => runStudy(study, command, options))));

  program
    .command('best')
    .description('The best trial; with several objectives those that no other dominates, and their hypervolume.')
    .argument(...journalArgument)
    .option('-n, --number <n>', 'how many (default: 1, or the whole front)', whole)
    .option('--reference <name=value...>', 'where the hypervolume is measured from (default: the worst so far)')
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('./commands/read.ts').then(({ best }) => best(path, options))));

  program
    .command('trials')
    .description('All trials.')
    .argument(...journalArgument)
    .addOption(new Option('--status <status>', 'only these').choices(['open', 'completed', 'stopped', 'failed', 'retracted']))
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('./commands/read.ts').then(({ listTrials }) => listTrials(path, options))));

  program
    .command('export')
    .description('Writes all trials, with their positions in the journal.')
    .argument(...journalArgument)
    .addOption(new Option('--format <format>', 'form of the data').choices(['jsonl', 'json', 'csv']).default('jsonl'))
    .option('-o, --output <file>', 'where to (default: standard output)')
    .action((path, options) => ending(import('./commands/read.ts').then(({ exportTrials }) => exportTrials(path, options))));

  program
    .command('verify')
    .description('Recomputes every suggestion from the log, and says the first that differs.')
    .argument(...journalArgument)
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('./commands/read.ts').then(({ verify }) => verify(path, options))));

  program
    .command('import')
    .description('Adds finished trials: JSON lines with params and values, or a table (.csv), such as export writes.')
    .argument('<file>', 'what to import')
    .requiredOption('--journal <file>', 'the study')
    .option('--study <file>', 'study file to begin the journal with')
    .option('--json', 'how many, as JSON')
    .action((file, { journal, ...options }) =>
      ending(import('./commands/import.ts').then(({ importTrials }) => importTrials(file, journal, options))),
    );

  program
    .command('enqueue')
    .description('Has a configuration tried next; what it leaves out is drawn.')
    .argument(...journalArgument)
    .argument('<params...>', 'name=value, or JSON')
    .option('--json', 'what was appended, as JSON')
    .action((path, params, options) => ending(import('./commands/say.ts').then(({ enqueue }) => enqueue(path, params, options))));

  program
    .command('retract')
    .description('Takes a wrong result back: everything goes on as if the trial had failed.')
    .argument(...journalArgument)
    .argument('<trial>', 'its number', whole)
    .option('--json', 'what was appended, as JSON')
    .action((path, trial, options) => ending(import('./commands/say.ts').then(({ retract }) => retract(path, trial, options))));

  program
    .command('cancel')
    .description('Gives up a trial that is open.')
    .argument(...journalArgument)
    .argument('<trial>', 'its number', whole)
    .option('--json', 'what was appended, as JSON')
    .action((path, trial, options) => ending(import('./commands/say.ts').then(({ cancel }) => cancel(path, trial, options))));

  program
    .command('change')
    .description('Changes the settings of a study; a closed one is opened again.')
    .argument(...journalArgument)
    .option('--trials <n>', 'configurations to try in all', whole)
    .option('--more <n>', 'configurations to try in addition', whole)
    .option('--parallel <n>', 'trials at a time', whole)
    .option('--pause', 'no new trials')
    .option('--resume', 'new trials again')
    .option('--strategy <data>', 'another strategy: a name or YAML')
    .option('--json', 'what was appended, as JSON')
    .action((path, options) => ending(import('./commands/say.ts').then(({ change }) => change(path, options))));

  program
    .command('simulate')
    .description('Compares strategies in virtual time, by what a finished study knows.')
    .argument('<study>', 'study file: the space, the limits, and a strategy')
    .requiredOption('--from <journal>', 'the finished study: each configuration does what the nearest recorded one did')
    .option('--strategies <data...>', 'names or YAML (default: that of the study file)')
    .option('--trainers <n>', 'simulated ones (default: parallel in the study file)', whole)
    .option('--trials <n>', 'configurations to try', whole)
    .option('--cost <steps>', 'what all trials may cost', seconds)
    .option('--seconds <s>', 'virtual seconds', seconds)
    .option('--seeds <n>', 'studies of each strategy (default: 10)', whole)
    .option('--json', 'a JSON line for each strategy')
    .addHelpText(
      'after',
      `
Example:
  hypertide simulate study.yaml --from finished.jsonl --strategies tpe "{chain: [{asha: {min: 1, max: 27}}, tpe]}" --trainers 1000`,
    )
    .action((path, options) => ending(import('./commands/simulate.ts').then(({ simulateStudy }) => simulateStudy(path, options))));

  program
    .command('ask-tell')
    .description('Answers the ask/tell protocol on standard input and output, a JSON object a line.')
    .requiredOption('--strategy <data>', 'a name or YAML, as in a study file')
    .action((options) => import('./commands/askTell.ts').then(({ askTell }) => askTell(options)));

  program
    .command('serve')
    .description('Runs studies on a NATS server, for trainers anywhere; those that are there are gone on with.')
    .argument('<studies...>', 'study files')
    .requiredOption(...natsOption)
    .option(...nkeyOption)
    .option('--lease <seconds>', 'silence after which a trial counts as lost (default: 30)', seconds)
    .option('--replicas <n>', 'servers that keep a copy (default: 1)', whole)
    .option('--once', 'ends when all studies have closed')
    .action((studies, options) => ending(import('./commands/serve.ts').then(({ serveStudies }) => serveStudies(studies, options))));

  program
    .command('worker')
    .description('Runs a program for each trial of a study on a NATS server.')
    .argument('<command...>', 'the program and its arguments, behind --; {name} stands for a parameter')
    .requiredOption(...natsOption)
    .requiredOption('--study <name>', 'the study')
    .option(...nkeyOption)
    .option('--name <name>', 'of this worker (default: a random one)')
    .option('--parallel <n>', 'programs at a time', whole)
    .option('--time-limit <seconds>', 'that a trial may take', seconds)
    .option('--directory <path>', 'for what trials print and save (default: <study>.trials)')
    .action((command, options) => ending(import('./commands/worker.ts').then(({ work }) => work(command, options))));

  program
    .command('watch')
    .description('Shows a study on a NATS server as it runs.')
    .requiredOption(...natsOption)
    .requiredOption('--study <name>', 'the study')
    .option(...nkeyOption)
    .option('--json', 'a JSON line for each change')
    .action((options) => ending(import('./commands/watch.ts').then(({ watchStudy }) => watchStudy(options))));

  program
    .command('dashboard')
    .description('Shows studies in a browser as they run, and lets whoever has the token act on them.')
    .argument('[journals...]', 'files that hold studies')
    .option(...natsOption)
    .option(...nkeyOption)
    .option('--study <name...>', 'only these studies of the server')
    .option('--host <address>', 'to listen at (default: 127.0.0.1; at any other one the token is needed to read, too)')
    .option('--port <n>', 'to listen on (default: 7531)', port, 7531)
    .option('--name <name...>', 'that a proxy in front of it goes by')
    .addHelpText(
      'after',
      `
The address that is printed holds the token, without which nobody can act. HYPERTIDE_TOKEN sets it. What is done to a journal goes through the
process that runs it: begin that with "hypertide run --dashboard". /metrics is for Prometheus, /healthz for whoever watches over it.`,
    )
    .action((journals, options) => ending(import('./commands/dashboard.ts').then(({ showStudies }) => showStudies(journals, options))));

  program
    .command('report')
    .description('Writes a study as one HTML file with all charts, to mail or to keep.')
    .argument(...journalArgument)
    .option('-o, --output <file>', 'where to (default: <journal>.html)')
    .action((path, options) => ending(import('./commands/report.ts').then(({ report: write }) => write(path, options))));

  program
    .command('importance')
    .description('How much each parameter matters: for the variation of the results (fANOVA), and for the best tenth (PED-ANOVA).')
    .argument(...journalArgument)
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('./commands/report.ts').then(({ importance }) => importance(path, options))));

  program
    .command('asyncapi')
    .description('Prints an AsyncAPI document of what goes over a NATS server, with a JSON Schema for each message.')
    .action(() =>
      ending(
        import('../../streams/nats/asyncapi.ts').then(({ asyncapi }) => {
          process.stdout.write(`${JSON.stringify(asyncapi(), undefined, 2)}\n`);
          return 0;
        }),
      ),
    );

  program
    .command('nats-conform')
    .description('Holds a trainer in any language against what a study on a NATS server expects of it.')
    .argument(
      '<command...>',
      'starts the trainer, behind --; {nats}, {study} and {name} stand for what it is to connect to, work on, and be called',
    )
    .requiredOption(...natsOption)
    .addHelpText(
      'after',
      `
The trainer works on the parameters x, steps, pause and outcome: steps times it waits pause seconds and reports x + step at step 1, 2, ...;
then its result is x, or it throws (outcome "error"), or its result is NaN (outcome "nan"). It takes one trial at a time, and ends with the study.
The studies that are made for it need all rights on the server, and are deleted.

Example:
  hypertide nats-conform --nats nats://127.0.0.1:4222 -- python3 my_trainer.py {nats} {study} {name}`,
    )
    .action((command, options) => ending(import('./commands/natsConform.ts').then(({ natsConform }) => natsConform(command, options))));

  program
    .command('nats-config')
    .description('Prints a nats-server.conf that gives engine, trainers, operator and viewer the least rights.')
    .requiredOption('--study <name...>', 'the studies')
    .requiredOption('--trainer <name...>', 'the trainers, each with an account of its own')
    .option('--seeds <directory>', 'where the seeds of the users are written to', 'seeds')
    .option('--store <directory>', 'where the server keeps its streams')
    .option('--port <n>', 'that the server listens on', whole)
    .action((options) => ending(import('./commands/natsConfig.ts').then(({ natsConfig }) => natsConfig(options))));
  return program;
}

/** What a user can mend. */
const mendable = new Set([
  'UsageError',
  'StudyFileError',
  'TemplateError',
  'JournalError',
  'JournalLockedError',
  'ConnectError',
  'ListenError',
  'PageMissingError',
  'MismatchError',
  'OptionError',
  'SpaceError',
  'YAMLParseError',
]);

/** Says an error in one line. Its exit status: 2 for what the user can mend, 1 for the rest. */
export function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said what is wrong
  const { name = 'Error', message = String(error) } = error instanceof Error ? error : {};
  process.stderr.write(`hypertide: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  if (!mendable.has(name) && process.env.HYPERTIDE_DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  return mendable.has(name) ? 2 : 1;
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
