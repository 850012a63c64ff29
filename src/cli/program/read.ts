import { Argument, type Command, Option } from 'commander';
import { figureKinds } from '../../insight/figures/kinds.ts';
import { trialStatuses } from '../../study/trials.ts';
import { type ExitWith, maybeOnServer, port, studyCommands, wholeNumber, withRemote } from './arguments.ts';

/** A journal and the number of a trial can be in either order. */
const journalFirst = (first: string, second: string | undefined): readonly (string | undefined)[] =>
  second !== undefined && /^\d+$/.test(first) ? [second, first] : [first, second];

/** The commands that read a study. They can be used while it runs. */
export function declareRead(program: Command, exit: ExitWith): void {
  program.commandsGroup('Read:');
  const { declare, use, useWords } = studyCommands(program, exit);

  declare('best', 'Print the best trial or, with several objectives, the Pareto front and its hypervolume.')
    .summary('print the best trial, or the Pareto front')
    .option('-n, --number <n>', 'trials to print (default: 1, or the whole front)', wholeNumber)
    .option('--recommended', 'print the trial to deploy: if results are noisy, the best one is partly luck')
    .option('--reference <name=value...>', 'point to measure the hypervolume from (default: the worst so far)')
    .option('--json', 'print JSON')
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/read/best.ts')).printBest(study, options)),
    );

  declare('trials', 'Print all trials or, of one trial, every fact with its position, time and author.', ['[trial]', 'number of the trial'])
    .summary('print all trials, or the facts of one')
    .addOption(
      new Option('--status <status>', 'print only trials with this status (default: all)').choices([
        'waiting',
        'running',
        ...trialStatuses,
      ]),
    )
    .option('--json', 'print JSON')
    .action((first, second, options) =>
      useWords(journalFirst(first, second), options, async (study, given) =>
        (await import('../commands/read/trials.ts')).listTrials(study, given, options),
      ),
    );

  declare('logs', 'Print what the program printed in the last attempt at a trial.', ['[trial]', 'number of the trial'])
    .summary('print what a trial printed')
    .option('-f, --follow', 'keep printing new output until the trial ends')
    .option('--directory <path>', 'where run or worker kept the output (default: <study>.trials)')
    .action((first, second, options) => {
      return useWords(journalFirst(first, second), options, async (study, given) =>
        (await import('../commands/read/logs.ts')).printLogs(study, given, options),
      );
    });

  declare(
    'why',
    'Print why a trial was suggested and, if so, stopped, recomputed from the log: which strategy suggested it, in which phase, which value it expected, and with what a stopped trial was compared.',
    ['[trial]', 'number of the trial (default: the best one)'],
  )
    .summary('print why a trial was suggested, or stopped')
    .option('--json', 'print JSON')
    .action((first, second, options) =>
      useWords(journalFirst(first, second), options, async (study, given) =>
        (await import('../commands/read/why.ts')).printWhy(study, given, options),
      ),
    );

  declare('importance', 'Print how much each parameter matters.')
    .summary('print how much each parameter matters')
    .option('--objective <name>', 'for this objective (default: the first one)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
fANOVA measures the share of each parameter in the variation of all results.
PED-ANOVA measures how much each parameter distinguishes the best tenth of the
results. Each share is followed by its 90 % interval.`,
    )
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/read/importance.ts')).importance(study, options)),
    );

  withRemote(program.command('plot'))
    .summary('draw a figure in the terminal, or as SVG, PNG or HTML')
    .description('Draw a figure of a study: in the terminal, or into a file.')
    .addArgument(new Argument('<kind>', 'what to draw').choices(figureKinds))
    .argument('[journal]', 'file of the study, unless it is on a server')
    .option('-o, --output <file>', 'file to write, which ends in .svg, .png or .html')
    .option('--params <name...>', 'parameters to show (default: the most important, or all)')
    .option('--objective <name>', 'objective to show (default: the first one, or all)')
    .addOption(new Option('--theme <theme>', 'colours of the file').choices(['light', 'dark']).default('light'))
    .action((kind, journal, options) =>
      use(journal, options, async (study) => (await import('../commands/read/plot.ts')).plot(study, kind, options)),
    );

  withRemote(program.command('report'))
    .summary('write an HTML or Markdown file about studies')
    .description('Write one file about one or several studies: a page with all charts, or Markdown.')
    .argument('[journals...]', 'files of the studies, unless the study is on a server')
    .addOption(new Option('--format <format>', 'format of the file (default: its ending, or html)').choices(['html', 'md']))
    .option('-o, --output <file>', 'file to write (default: <study>.html, or report.html for several studies)')
    .action((journals, options) => exit(import('../commands/read/report.ts').then(({ writeReport }) => writeReport(journals, options))));

  declare(
    'export',
    'Write all trials, or all their reports, for other programs. The formats optuna and sqlite are a journal and a SQLite file of Optuna.',
  )
    .summary('write all trials as JSON, CSV, Parquet, or for Optuna')
    .addOption(
      new Option('--format <format>', 'format of the data (default: the ending of the file, or jsonl)').choices([
        'jsonl',
        'json',
        'csv',
        'parquet',
        'optuna',
        'sqlite',
      ]),
    )
    .addOption(
      new Option('--table <table>', 'a row for each trial, or for each of their reports').choices(['trials', 'reports']).default('trials'),
    )
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .option('--raw', "in CSV, do not write ' before text that spreadsheets take for a formula")
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/read/export.ts')).exportTrials(study, options)),
    );

  declare(
    'verify',
    'Recompute every suggestion from the log, and check the lines of a journal. Exit status: 1 if a suggestion differs or a line is damaged.',
  )
    .summary('recompute every suggestion from the log')
    .option('--json', 'print JSON')
    .action((journal, options) =>
      use(journal, options, async (study) =>
        (await import('../commands/read/verify.ts')).verifyStudy(study, journal && study.place, options),
      ),
    );

  maybeOnServer(program.command('dashboard'))
    .summary('show studies in a browser')
    .description('Show studies in a browser as they run, and act on them.')
    .argument('[journals...]', 'files of studies, or folders that contain them')
    .option('--study <name...>', 'studies of the server to show (default: all)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'port to listen on', port, 7531)
    .option('--users <file>', 'users and their roles, as http-users prints them (default: only this machine has access)')
    .option('--name <name...>', 'host names of a proxy in front of the server')
    .addHelpText(
      'after',
      `
Open the address that is printed. A --host that other machines can reach, and
--name, need --users: then the page asks for a token.
Actions on a journal are sent to the process that runs it, on the same machine.
/v1 and /mcp are for programs and agents, /metrics is for Prometheus, /healthz
and /readyz for health checks.`,
    )
    .action((journals, options) => exit(import('../commands/read/dashboard.ts').then(({ showStudies }) => showStudies(journals, options))));
}
