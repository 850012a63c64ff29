import { type Command, Option } from 'commander';
import { withLog } from '../terminal/withLog.ts';
import { byteSize, type ExitWith, helpOnProgram, logFormatOption, onServer, studyCommands, time, wholeNumber } from './arguments.ts';

/** The commands on the workers of a study. */
export function declareWorkers(program: Command, exit: ExitWith): void {
  program.commandsGroup('Workers:');
  const { declare, use, useWords } = studyCommands(program, exit);

  onServer(program.command('worker'))
    .summary('run a program for trials from a server')
    .description('Run a program for each trial of one or several studies on a NATS server.')
    .argument('[command...]', 'program and its arguments, after --; {name} is a parameter')
    .showHelpAfterError(helpOnProgram)
    .option('--study <name...>', "studies, or patterns such as 'team-*', which share its time; digits=2 gets twice as much")
    .option('--config <file>', 'a program of its own for each study or pattern, instead of --study and a program')
    .option('--name <name>', 'name of this worker (default: a random one)')
    .option('--parallel <n>', 'programs to run at a time (default: 1, or the largest parallel in --config)', wholeNumber)
    .option('--slots <name=amount...>', 'what this machine has for trials, such as gpu=2 memory=64GiB')
    .option('--metric <name>', 'printed name of the value (default: that of the objective)')
    .option('--metric-file <path>', 'file of metrics that the program writes, such as runs/{trial}/metrics.csv')
    .addOption(new Option('--result <which>', 'printed value that is the result (default: last)').choices(['last', 'best']))
    .option('--time-limit <time>', 'time limit of a trial, such as 90 (seconds), 5m or 2h (default: none)', time)
    .addOption(new Option('--at-time-limit <how>', 'stop: use the last report as the result (default: fail)').choices(['stop', 'fail']))
    .option('--directory <path>', 'where to keep output and checkpoints; made if it does not exist (default: <study>.trials)')
    .option('--keep <size>', 'disk space of output and checkpoints of a study, such as 20GB (default: all)', byteSize)
    .option(
      '--save-every <time>',
      'save checkpoints of running trials, at most once in this time, such as 10m (default: at their end)',
      time,
    )
    .option('--store <command>', 'saves the checkpoint $HYPERTIDE_PATH and prints its reference, such as s3://bucket/$HYPERTIDE_SAVE')
    .option('--fetch <command>', 'restores $HYPERTIDE_REFERENCE into $HYPERTIDE_PATH')
    .option('--monitor <address>', 'serve /metrics, /readyz and /healthz at a port or host:port')
    .addOption(logFormatOption())
    .option('--idle <time>', 'time without a trial after which the worker ends, such as 60s (default: never)', time)
    .action((command, options) =>
      exit(withLog(options.logFormat, async (log) => (await import('../commands/workers/worker.ts')).work(command, options, log))),
    );

  declare('workers', 'List the workers of a study: the trials, results and instructions of each, and whether it is connected.')
    .summary('list the workers of a study')
    .option('--json', 'print JSON')
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/workers/workers.ts')).listWorkers(study, options)),
    );

  const declareInstruction = (
    name: string,
    summary: string,
    description: string,
    load: () => Promise<typeof import('../commands/workers/drain.ts').drain>,
  ) =>
    declare(name, description, ['[worker]', 'its name'])
      .summary(summary)
      .option('--all <pattern>', "instead of --study: all open studies of the server whose names match, such as 'team-*'")
      .option('--reason <text>', 'why: the worker prints it, and the log keeps it')
      .option('--json', 'print what was appended, as JSON')
      .addHelpText(
        'after',
        `
Examples:
  hypertide ${name} w1 --nats nats://127.0.0.1:4222 --study digits
  hypertide ${name} w1 --nats nats://127.0.0.1:4222 --all '*'`,
      )
      .action((first, second, { all, ...options }) => {
        const given = [first, second].filter((word) => word !== undefined);
        return all === undefined
          ? useWords(given, options, async (study, words) => (await load()).one(study, words, options))
          : exit(load().then((command) => command.all(all, given, options)));
      });

  declareInstruction(
    'drain',
    'let a worker finish its trials and end',
    'Let a worker take no more trials of a study, and end when its current trials have ended. A worker of several studies ends when it is drained in all of them.',
    async () => (await import('../commands/workers/drain.ts')).drain,
  );

  declareInstruction(
    'pause',
    'stop a worker from taking trials',
    'Stop a worker from taking trials of a study until it is resumed. Its current trials continue.',
    async () => (await import('../commands/workers/pause.ts')).pause,
  );

  declareInstruction(
    'resume',
    'let a worker take trials again',
    'Let a worker take trials of a study again after it was paused or drained.',
    async () => (await import('../commands/workers/resume.ts')).resume,
  );
}
