import { dirname, relative } from 'node:path';
import { stringify } from 'yaml';
import { openJournal } from '../../../streams/log/journal.ts';
import { withResolvers } from '../../../streams/promises.ts';
import type { StudyOptions } from '../../../streams/spec/options.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { HostedStudy } from '../../../streams/study/hosted/hostedStudy.ts';
import { MismatchError } from '../../errors.ts';
import type { Created, Params, TrialEvent } from '../../facts/facts.ts';
import { brokenProgram } from '../../host/brokenProgram.ts';
import { host, type Plugin } from '../../host/host.ts';
import { onInterrupt } from '../../host/interrupt.ts';
import { keptFiles } from '../../host/keptFiles.ts';
import { listeningFor } from '../../host/metric.ts';
import { openPlugins, type Plugins } from '../../host/plugins.ts';
import { type RetryingLog, retryingLog } from '../../host/retryingLog.ts';
import { type Alike, isTelling } from '../../insight/failingAlike.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { notPassed } from '../../programs/trialCommand.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import { journalSource } from '../../stores/journal.ts';
import { trialsIn } from '../../stores/trialTable.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { expendable, isInUse } from '../../study/expendable.ts';
import { aligned } from '../../text/layout.ts';
import { commandLine, nearby } from '../../text/output.ts';
import type { About, StatusLine } from '../../text/statusLine.ts';
import { about } from '../../text/statusLine.ts';
import { UsageError } from '../../text/usage.ts';
import { keepFiles } from '../../worker/keepFiles.ts';
import { notices } from '../../worker/notices.ts';
import { trainers } from '../../worker/trainers.ts';
import { declare } from '../command.ts';
import { value } from '../parts.ts';
import { type Plan, planOf, type RunFlags, runOptions } from '../plan.ts';
import type { Ending } from '../terminal/conclusion.ts';
import { RUN_EXAMPLE } from '../terminal/runExample.ts';
import { type RunWatch, watch } from '../terminal/runView.ts';
import { withLog } from '../terminal/withLog.ts';

export const command = declare({
  description: 'Run a program for each trial. Resumes the study if its journal exists.',
  arguments: { file: value('file', 'study file, YAML or JSON (default: shows an example)') },
  options: runOptions,
  program: 'program and its arguments; {name} is a parameter',
  help: `See "hypertide help command" for what the command can contain, and "hypertide
help output" for what it can print. Ctrl-C ends the programs; the same command
resumes the study. A setting of the file is applied again only if it differs
from the previous start, so a restart never undoes "hypertide change".
Exit status: 0 done, 1 not as expected, 2 wrong usage or input, 5 disk full and
results in another file, 130 interrupted

Example:
  hypertide run study.yaml --parallel 4 -- python3 train.py --lr {lr}`,
  run: ({ file, program, ...options }) => withLog(options.logFormat, (log) => runPrograms(file, program, options, log)),
});

/** Tunes a program on this machine. @returns the exit status */
async function runPrograms(path: string | undefined, words: readonly string[], options: RunFlags, terminal: StatusLine): Promise<number> {
  if (path === undefined) {
    process.stderr.write(`hypertide run: ${RUN_EXAMPLE}`);
    return 2;
  }
  const plan = await planOf(path, words, options);
  const { file, journal, directory, command, options: settings, first } = plan;
  const screen = about(terminal, { study: file.options.study });
  const warn = about(screen, { level: 'warn' }).line;
  const { dashboard, hooks } = options;
  const observing = await openPlugins(
    { hooks, server: dashboard === undefined ? undefined : { port: dashboard === true ? 0 : dashboard } },
    screen,
  );
  const book = await openJournal(journal, omitUndefined({ warn, fsync: options.fsync }));
  const missing = first ? notPassed(command, file.space) : undefined;
  if (missing !== undefined) warn(missing);
  if (first && options.json !== true) for (const line of beginning(first, settings, journal, directory)) screen.line(line);
  const log = retryingLog(book, { place: book.place, warn, grace: file.grace });
  const watching = watch(screen, await log.head(), options.json ?? false);
  if (first) await log.append(first);
  const { ending, release } = await work({ ...plan, log, watching, observing, screen, keep: options.keep, warn });
  screen.end();
  const mismatch = ending.type === 'failed' && ending.error instanceof MismatchError ? ending.error : undefined;
  const conclusion = { journal: book.place(), damaged: book.damaged(), directory, ending, again: commandLine() };
  const completed = mismatch ? 0 : watching.conclude(conclusion);
  release();
  try {
    await log.close();
  } finally {
    await observing.close();
  }
  if (mismatch)
    throw new UsageError(`${journal}: ${mismatch.message} (name its file with --journal${await besides(journal, directory, path)})`);
  if (ending.type === 'failed') throw ending.error;
  if (ending.type === 'interrupted') return 130;
  return ending.type === 'closed' && completed > 0 && book.damaged() === 0 && book.place() === journal ? 0 : 1;
}

/** How a study file names the journal as earlier, or that it can be deleted, if it has no result. */
async function besides(journal: string, directory: string, path: string): Promise<string> {
  const rows = await trialsIn(journalSource(journal));
  if (rows.some(({ values }) => values !== undefined))
    return `, and this one in the study file: "earlier: ${stringify([relative(dirname(path), journal)], ONE_LINE).trim()}"`;
  return `; it holds no result, so you can also delete it, and ${directory}`;
}

const ONE_LINE = { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 } as const;

/** What a new study is about to do, a fact a line. */
function beginning({ space, objectives, limits }: Created, { parallel = 1 }: StudyOptions, journal: string, directory: string): string[] {
  const parameters = Object.keys((space as SpaceData).parameters).length;
  return aligned([
    [
      'goal',
      `${objectives.map(({ name, direction }) => `${direction} ${name}`).join(', ')}, by ${parameters} ${parameters === 1 ? 'parameter' : 'parameters'}`,
    ],
    ['trials', `${limits.trials ?? 'no limit'}, ${parallel} at a time`],
    ['log', journal],
    ['output', nearby(directory)],
  ]);
}

interface Work extends Plan {
  readonly log: RetryingLog;
  readonly screen: StatusLine;
  readonly watching: RunWatch;
  readonly observing: Plugins;
  readonly keep: number | undefined;
  readonly warn: (message: string, about?: About) => void;
}

/** How the programs of the study run. */
function programOptions({ file, goal, log, warn, command, metricFile, inForce, directory }: Work) {
  return {
    study: file.options.study,
    command,
    metricFile,
    ...listeningFor(goal),
    notices: notices({ warn, ...inForce, direction: goal.objectives[0]!.direction, metric: goal.metric }),
    result: file.result,
    directory,
    waiting: () => log.waiting,
    warn,
    timeLimit: file.timeLimit,
    atTimeLimit: file.atTimeLimit,
    grace: file.grace,
  };
}

/**
 * Runs the study until it ends, is interrupted or fails. After that, no program runs, and the log has all reports.
 *
 * @returns how it ended, and a function after which an interrupt ends this process: until then, it could leave out the last lines.
 */
async function work(given: Work): Promise<{ readonly ending: Ending; readonly release: () => void }> {
  const { file, goal, journal, log, watching, observing, screen, warn } = given;
  const { promise: ended, resolve: end } = withResolvers<Ending>();
  const failed = new Set<TrialId>();
  const say = (event: TrialEvent) => {
    if (event.type === 'failed' && isTelling(event)) failed.add(event.trial);
    void log.append(event).catch((error) => end({ type: 'failed', error }));
  };
  const past = await log.head();
  let tidying: Promise<void> | undefined;
  const tidied: Plugin = () => {
    if (given.keep === undefined) return {};
    const rows = () => study.answers.rows;
    const files = { order: () => expendable(rows(), goal.objectives[0]!), isInUse: (trial: TrialId) => isInUse(rows(), trial) };
    const tidy = keepFiles(given.directory, given.keep, files, warn);
    return {
      apply: ({ event, position }) => {
        if (event?.type === 'ended' && position > past) tidying = tidy();
      },
    };
  };
  const shown: Plugin = () => ({
    apply: (entry) => {
      watching.apply(entry as AppliedEntry<Params>, fleet.traceOf(entry.fact));
      if (watching.paused && !observing.server) end({ type: 'paused' }); // a page can resume it
    },
  });
  const stop = async (alike: Alike) => end({ type: 'alike', alike }); // what fails until its programs have ended does not count either
  const at = { name: file.options.study, place: journal, journal, log, files: keptFiles(given.directory), line: screen.line };
  const { ports, attach, close } = host(at, [...observing.plugins, brokenProgram({ stop }), shown, tidied]);
  const unable = (reason: string) => end({ type: 'failed', error: new UsageError(reason) });
  const { tracing } = observing;
  const fleet = trainers({ ...programOptions(given), tracing, traceparent: ports.spans?.traceparent, say, unable });
  const study = new HostedStudy(file.space, log, {
    ...given.options,
    ...ports,
    strategy: file.strategy,
    parseStrategy,
    exclusive: true,
    stay: false,
    direct: (directive) => fleet.obey(directive),
  });
  study.finished.then(
    () => end({ type: 'closed' }),
    (error) => end({ type: 'failed', error }),
  );
  attach(study, past);
  const release = onInterrupt((count) => {
    if (count > 1) return fleet.kill();
    if (fleet.running > 0)
      warn(
        `ending ${fleet.running === 1 ? 'the running trial; interrupt again to kill it' : `${fleet.running} running trials; interrupt again to kill them`}`,
      );
    log.leave();
    end({ type: 'interrupted' });
  });
  const ending = await ended;
  study.stop();
  await fleet.preempt();
  await tidying;
  if (ending.type === 'alike') await log.append({ type: 'changed', uncounted: [...new Set([...ending.alike.trials, ...failed])] });
  await log.settled();
  await close();
  return { ending, release };
}
