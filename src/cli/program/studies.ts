import { type Command, Option } from 'commander';
import { RULES } from '../../facts/versions.ts';
import { serverOf } from '../serverOf.ts';
import type { Remote, Study } from '../study.ts';
import { type Ending, journalArgument, maybeOnServer, number, port, seconds, whole, withRemote } from './arguments.ts';

/** The commands that show a study, and those that say something to it. */
export function declareStudies(program: Command, ending: Ending): void {
  /** A command on a study in a journal or on a server. */
  const onStudy = (name: string, description: string): Command =>
    withRemote(
      program
        .command(name)
        .description(description)
        .argument(...journalArgument),
    );
  const use = (journal: string | undefined, remote: Remote, act: (study: Study) => Promise<number>) =>
    ending(import('../study.ts').then(({ withStudy }) => withStudy(journal, remote, act)));
  /** As above, with words behind the journal, which are all that there are where the study is on a server. */
  const useWith = (
    words: readonly (string | undefined)[],
    remote: Remote,
    act: (study: Study, rest: readonly string[]) => Promise<number>,
  ) => {
    const given = words.filter((word) => word !== undefined);
    const isRemote = serverOf(remote) !== undefined;
    const rest = isRemote ? given : given.slice(1);
    return use(isRemote ? undefined : given[0], remote, (study) => act(study, rest));
  };

  onStudy('best', 'The best trial; with several objectives those that no other dominates, and their hypervolume.')
    .option('-n, --number <n>', 'how many (default: 1, or the whole front)', whole)
    .option('--reference <name=value...>', 'where the hypervolume is measured from (default: the worst so far)')
    .option('--json', 'as JSON')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/read.ts')).best(study, options)));

  onStudy('trials', 'All trials.')
    .addOption(new Option('--status <status>', 'only these').choices(['open', 'completed', 'stopped', 'failed', 'retracted']))
    .option('--json', 'as JSON')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/read.ts')).listTrials(study, options)));

  onStudy('export', 'Writes all trials, with their positions in the log.')
    .addOption(new Option('--format <format>', 'form of the data').choices(['jsonl', 'json', 'csv']).default('jsonl'))
    .option('-o, --output <file>', 'where to (default: standard output)')
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/read.ts')).exportTrials(study, options)),
    );

  onStudy('verify', 'Recomputes every suggestion from the log, and says the first that differs.')
    .option('--json', 'as JSON')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/read.ts')).verify(study, options)));

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

  onStudy('enqueue', 'Has a configuration tried next; what it leaves out is drawn.')
    .argument('[params...]', 'name=value, or JSON')
    .option('--json', 'what was appended, as JSON')
    .action((journal, params, options) =>
      useWith([journal, ...params], options, async (study, rest) => (await import('../commands/enqueue.ts')).enqueue(study, rest, options)),
    );

  onStudy('retry', 'Tries failed trials again, as new trials: all of them, or those that are named.')
    .argument('[trials...]', 'their numbers (default: all that failed, but infeasible ones)')
    .option('--json', 'which, as JSON')
    .action((journal, trials, options) =>
      useWith([journal, ...trials], options, async (study, rest) => (await import('../commands/retry.ts')).retry(study, rest, options)),
    );

  onStudy('retract', 'Takes a wrong result back: everything goes on as if the trial had failed.')
    .argument('[trial]', 'its number')
    .option('--json', 'what was appended, as JSON')
    .action((journal, trial, options) =>
      useWith([journal, trial], options, async (study, rest) => (await import('../commands/retract.ts')).retract(study, rest, options)),
    );

  onStudy('cancel', 'Gives up a trial that is open.')
    .argument('[trial]', 'its number')
    .option('--json', 'what was appended, as JSON')
    .action((journal, trial, options) =>
      useWith([journal, trial], options, async (study, rest) => (await import('../commands/cancel.ts')).cancel(study, rest, options)),
    );

  onStudy('change', 'Changes the settings of a study; a closed one is opened again.')
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
    .option('--rules <n>', `the rules of what counts in the log, from here on; new studies have ${RULES}`, whole)
    .option('--json', 'what was appended, as JSON')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/change.ts')).change(study, options)));

  onStudy('close', 'Ends a study as it stands; what runs is stopped.')
    .option('--json', 'what was appended, as JSON')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/close.ts')).close(study, options)));

  maybeOnServer(program.command('dashboard'))
    .description('Shows studies in a browser as they run, and lets whoever has the token act on them.')
    .argument('[journals...]', 'files that hold studies')
    .option('--study <name...>', 'only these studies of the server')
    .option('--host <address>', 'to listen at (default: 127.0.0.1; at any other one, or with --name, the token is needed to read, too)')
    .option('--port <n>', 'to listen on', port, 7531)
    .option('--name <name...>', 'that a proxy in front of it goes by')
    .addHelpText(
      'after',
      `
The address that is printed holds the token, without which nobody can act. HYPERTIDE_TOKEN sets it. What is done to a journal goes through the
process that runs it, on the same machine. /metrics is for Prometheus, /healthz for whoever watches over it.`,
    )
    .action((journals, options) => ending(import('../commands/dashboard.ts').then(({ showStudies }) => showStudies(journals, options))));

  onStudy('report', 'Writes a study as one HTML file with all charts, to mail or to keep.')
    .option('-o, --output <file>', 'where to (default: the name of the study, .html)')
    .action((journal, options) => use(journal, options, async (study) => (await import('../commands/report.ts')).report(study, options)));

  onStudy('importance', 'How much each parameter matters: for the variation of the results (fANOVA), and for the best tenth (PED-ANOVA).')
    .option('--json', 'as JSON')
    .action((journal, options) =>
      use(journal, options, async (study) => (await import('../commands/report.ts')).importance(study, options)),
    );
}
