import { type Command, Option } from 'commander';
import { type Ending, journalArgument, natsOption, nkeyOption, number, port, seconds, whole } from './arguments.ts';

/** The commands that show a study, and those that say something to it. */
export function declareJournals(program: Command, ending: Ending): void {
  program
    .command('best')
    .description('The best trial; with several objectives those that no other dominates, and their hypervolume.')
    .argument(...journalArgument)
    .option('-n, --number <n>', 'how many (default: 1, or the whole front)', whole)
    .option('--reference <name=value...>', 'where the hypervolume is measured from (default: the worst so far)')
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('../commands/read.ts').then(({ best }) => best(path, options))));

  program
    .command('trials')
    .description('All trials.')
    .argument(...journalArgument)
    .addOption(new Option('--status <status>', 'only these').choices(['open', 'completed', 'stopped', 'failed', 'retracted']))
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('../commands/read.ts').then(({ listTrials }) => listTrials(path, options))));

  program
    .command('export')
    .description('Writes all trials, with their positions in the journal.')
    .argument(...journalArgument)
    .addOption(new Option('--format <format>', 'form of the data').choices(['jsonl', 'json', 'csv']).default('jsonl'))
    .option('-o, --output <file>', 'where to (default: standard output)')
    .action((path, options) => ending(import('../commands/read.ts').then(({ exportTrials }) => exportTrials(path, options))));

  program
    .command('verify')
    .description('Recomputes every suggestion from the log, and says the first that differs.')
    .argument(...journalArgument)
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('../commands/read.ts').then(({ verify }) => verify(path, options))));

  program
    .command('import')
    .description('Adds finished trials: JSON lines with params and values, or a table (.csv), such as export writes.')
    .argument('<file>', 'what to import')
    .requiredOption('--journal <file>', 'the study')
    .option('--study <file>', 'study file to begin the journal with')
    .option('--json', 'how many, as JSON')
    .action((file, { journal, ...options }) =>
      ending(import('../commands/import.ts').then(({ importTrials }) => importTrials(file, journal, options))),
    );

  program
    .command('enqueue')
    .description('Has a configuration tried next; what it leaves out is drawn.')
    .argument(...journalArgument)
    .argument('<params...>', 'name=value, or JSON')
    .option('--json', 'what was appended, as JSON')
    .action((path, params, options) => ending(import('../commands/say.ts').then(({ enqueue }) => enqueue(path, params, options))));

  program
    .command('retract')
    .description('Takes a wrong result back: everything goes on as if the trial had failed.')
    .argument(...journalArgument)
    .argument('<trial>', 'its number', whole)
    .option('--json', 'what was appended, as JSON')
    .action((path, trial, options) => ending(import('../commands/say.ts').then(({ retract }) => retract(path, trial, options))));

  program
    .command('cancel')
    .description('Gives up a trial that is open.')
    .argument(...journalArgument)
    .argument('<trial>', 'its number', whole)
    .option('--json', 'what was appended, as JSON')
    .action((path, trial, options) => ending(import('../commands/say.ts').then(({ cancel }) => cancel(path, trial, options))));

  program
    .command('change')
    .description('Changes the settings of a study; a closed one is opened again.')
    .argument(...journalArgument)
    .option('--trials <n>', 'configurations to try in all', whole)
    .option('--more <n>', 'configurations to try in addition', whole)
    .option('--target <value>', 'of the first objective, that is good enough', number)
    .option('--cost <steps>', 'what all trials may cost', seconds)
    .option('--seconds <s>', 'that each run of it may take', seconds)
    .option('--plateau <n>', 'results in a row without a better one, after which it ends', whole)
    .option('--parallel <n>', 'trials at a time', whole)
    .option('--pause', 'no new trials')
    .option('--resume', 'new trials again')
    .option('--strategy <data>', 'another strategy: a name or YAML')
    .option('--json', 'what was appended, as JSON')
    .action((path, options) => ending(import('../commands/say.ts').then(({ change }) => change(path, options))));

  program
    .command('dashboard')
    .description('Shows studies in a browser as they run, and lets whoever has the token act on them.')
    .argument('[journals...]', 'files that hold studies')
    .option(...natsOption)
    .option(...nkeyOption)
    .option('--study <name...>', 'only these studies of the server')
    .option('--host <address>', 'to listen at (default: 127.0.0.1; at any other one the token is needed to read, too)')
    .option('--port <n>', 'to listen on', port, 7531)
    .option('--name <name...>', 'that a proxy in front of it goes by')
    .addHelpText(
      'after',
      `
The address that is printed holds the token, without which nobody can act. HYPERTIDE_TOKEN sets it. What is done to a journal goes through the
process that runs it, on the same machine. /metrics is for Prometheus, /healthz for whoever watches over it.`,
    )
    .action((journals, options) => ending(import('../commands/dashboard.ts').then(({ showStudies }) => showStudies(journals, options))));

  program
    .command('report')
    .description('Writes a study as one HTML file with all charts, to mail or to keep.')
    .argument(...journalArgument)
    .option('-o, --output <file>', 'where to (default: <journal>.html)')
    .action((path, options) => ending(import('../commands/report.ts').then(({ report: write }) => write(path, options))));

  program
    .command('importance')
    .description('How much each parameter matters: for the variation of the results (fANOVA), and for the best tenth (PED-ANOVA).')
    .argument(...journalArgument)
    .option('--json', 'as JSON')
    .action((path, options) => ending(import('../commands/report.ts').then(({ importance }) => importance(path, options))));
}
