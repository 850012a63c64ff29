import { type Command, Option } from 'commander';
import { anyNumber, type ExitWith, positiveNumber, studyCommands, time, wholeNumber } from './arguments.ts';

/** The commands that change a study. They can be used while it runs. */
export function declareAct(program: Command, exit: ExitWith): void {
  program.commandsGroup('Act:');
  const { declare, use, useWords } = studyCommands(program, exit);
  const json = ['--json', 'print what was appended, as JSON'] as const;

  declare(
    'enqueue',
    'Try a configuration next. Parameters that you leave out are drawn at random, or chosen by the strategy. If the limit of trials is reached, it is raised.',
    ['[params...]', 'name=value, or JSON'],
  )
    .summary('try a configuration next')
    .addOption(
      new Option('--rest <chooser>', 'what chooses parameters that you leave out (default: they are drawn at random)').choices([
        'strategy',
      ]),
    )
    .option(...json)
    .action((journal, params, options) =>
      useWords([journal, ...params], options, async (study, words) =>
        (await import('../commands/act/enqueue.ts')).enqueue(study, words, options),
      ),
    );

  declare('propose', 'Propose a configuration as an external strategy: to the stage external in the strategy of the study.', [
    '[params...]',
    'name=value, or JSON',
  ])
    .summary('propose a configuration as an external strategy')
    .requiredOption('--as <proposer>', 'name of the proposer, as in the strategy')
    .option('--note <text>', 'reason for the proposal, shown with the trial')
    .option('--seconds <time>', 'time until the proposal expires, such as 90 (seconds), 5m or 2h (default: never)', time)
    .option(...json)
    .action((journal, params, options) =>
      useWords([journal, ...params], options, async (study, words) =>
        (await import('../commands/act/propose.ts')).sendProposal(study, words, options),
      ),
    );

  declare('annotate', 'Annotate a trial or, without its number, the study. What you leave out stays as it is.', ['[trial]', 'its number'])
    .summary('add a note, labels or a star to a trial')
    .option('--note <text>', 'note in Markdown, which replaces the old one; an empty text removes it')
    .option('--label [names...]', 'labels, which replace the old ones; without names, remove them')
    .option('--star', 'add a star')
    .option('--no-star', 'remove the star')
    .option(...json)
    .action((journal, trial, options) =>
      useWords([journal, trial], options, async (study, words) =>
        (await import('../commands/act/annotate.ts')).annotate(study, words, options),
      ),
    );

  declare(
    'confirm',
    'Try the most promising configurations again, if results are noisy. Then best --recommended can better tell which one to deploy.',
  )
    .summary('try the best configurations again')
    .option('--top <n>', 'number of configurations', wholeNumber, 5)
    .option('--times <n>', 'number of trials for each of them', wholeNumber, 3)
    .option('--json', 'print the numbers of the new trials, as JSON')
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/act/confirm.ts')).confirmBest(study, options)),
    );

  declare('retry', 'Try failed trials again, as new trials.', [
    '[trials...]',
    'their numbers (default: all that failed, except infeasible ones)',
  ])
    .summary('try failed trials again')
    .option('--json', 'print their numbers, as JSON')
    .action((journal, trials, options) =>
      useWords([journal, ...trials], options, async (study, words) =>
        (await import('../commands/act/retry.ts')).retry(study, words, options),
      ),
    );

  declare('retract', 'Declare the result of a trial wrong. Strategies forget it.', ['[trial]', 'number of the trial'])
    .summary('declare the result of a trial wrong')
    .option(...json)
    .action((journal, trial, options) =>
      useWords([journal, trial], options, async (study, words) =>
        (await import('../commands/act/retract.ts')).retract(study, words, options),
      ),
    );

  declare('cancel', 'Stop an open trial.', ['[trial]', 'number of the trial'])
    .summary('stop an open trial')
    .option(...json)
    .action((journal, trial, options) =>
      useWords([journal, trial], options, async (study, words) =>
        (await import('../commands/act/cancel.ts')).cancel(study, words, options),
      ),
    );

  declare('change', 'Change limits, strategy or pace of a study. Reopens a closed study.')
    .summary('change limits, strategy or pace; pause, reopen')
    .option('--trials <n>', 'configurations to try in total', wholeNumber)
    .option('--more <n>', 'configurations by which to raise the limit', wholeNumber)
    .option('--target <value>', 'value of the first objective that ends the study', anyNumber)
    .option('--cost <steps>', 'steps that all trials together may take', positiveNumber)
    .option(
      '--seconds <time>',
      'time for which a process may work on the study, from each of its starts, such as 3600 (seconds) or 8h',
      time,
    )
    .option('--plateau <n>', 'results in a row without improvement that end it', wholeNumber)
    .option('--parallel <n>', 'trials at a time', wholeNumber)
    .option('--priority <n>', 'share of the time of workers that serve several studies (default: 1)', positiveNumber)
    .option('--pause', 'suggest no new trials')
    .option('--resume', 'suggest new trials again')
    .option('--strategy <data>', 'new strategy, a name or YAML')
    .option('--resumes', 'declare that the trainer resumes from its checkpoint, so that the new strategy may pause trials')
    .option(...json)
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/act/change.ts')).change(study, options)),
    );

  declare('close', 'End a study now. Running trials are stopped.')
    .summary('end a study now')
    .option(...json)
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/act/close.ts')).close(study, options)));

  program
    .command('import')
    .summary('add finished trials from JSON lines, CSV or Optuna')
    .description(
      'Add finished trials from JSON lines with params and values, from CSV, or from a journal or a SQLite file of Optuna, as export writes them.',
    )
    .argument('<file>', 'file to import')
    .requiredOption('--journal <file>', 'journal of the study')
    .option('--study <file>', 'study file to create the journal from (default for Optuna: the space and the objectives of its study)')
    .option('--name <study>', 'which study of Optuna, if there are several')
    .option(
      '--epochs <number>',
      'for a new study from Optuna: the most epochs that a trial trains, which turns on early stopping',
      wholeNumber,
    )
    .option('--json', 'print counts, as JSON')
    .action((file, { journal, ...options }) =>
      exit(import('../commands/act/import.ts').then(({ importTrials }) => importTrials(file, journal, options))),
    );
}
