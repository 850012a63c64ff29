import { dirname, relative } from 'node:path';
import { stringify } from 'yaml';
import { withResolvers } from '../../../streams/promises.ts';
import type { StudyOptions } from '../../../streams/spec/options.ts';
import { type Working, work as workAt } from '../../../streams/study/training/work.ts';
import { MismatchError, type UserError } from '../../errors.ts';
import type { Created, Params } from '../../facts/facts.ts';
import type { Plugin } from '../../host/host.ts';
import { onInterrupt } from '../../host/interrupt.ts';
import { openPlugins, type Plugins } from '../../host/plugins.ts';
import { type DescribedStudy, journalSeats, type StudyHost } from '../../host/sharedStudy.ts';
import { type StudyTrainer, trainerOf } from '../../host/trainerOf.ts';
import { alikeIn } from '../../insight/failingAlike.ts';
import { templateText } from '../../programs/template.ts';
import { notPassed } from '../../programs/trialCommand.ts';
import type { SpaceData } from '../../space/schema.ts';
import { journalSource } from '../../stores/journalSource.ts';
import { trialsIn } from '../../stores/trialTable.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { expendable, isInUse } from '../../study/expendable.ts';
import { TrialRows } from '../../study/trials.ts';
import { aligned } from '../../text/layout.ts';
import { commandLine, nearby } from '../../text/output.ts';
import { about, type StatusLine } from '../../text/statusLine.ts';
import { UsageError } from '../../text/usage.ts';
import { keepFiles } from '../../worker/keepFiles.ts';
import { programs } from '../../worker/startTrial.ts';
import { declare } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { value } from '../parts.ts';
import { planOf, type RunFlags, type RunPlan, runOptions } from '../runPlan.ts';
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
Exit status: 0 done, 2 wrong input, 5 in another file, 7 no result, 8 stopped

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
  const { file, journal, directory } = plan;
  const screen = about(terminal, { study: file.options.study });
  const { dashboard, hooks } = options;
  const observing = await openPlugins(
    { hooks, server: dashboard === undefined ? undefined : { port: dashboard === true ? 0 : dashboard } },
    screen,
  );
  try {
    return await work({ ...plan, flags: options, planned: () => planOf(path, words, options), observing, screen });
  } catch (error) {
    if (!(error instanceof MismatchError)) throw error;
    throw new UsageError(`${journal}: ${error.message} (name its file with --journal${await besides(journal, directory, path)})`);
  } finally {
    await observing.close();
  }
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
function beginning(
  { space, objectives, limits }: Created,
  { parallel = 1 }: StudyOptions,
  { journal, directory, room, file }: RunPlan,
): string[] {
  const all = Object.entries((space as SpaceData).parameters);
  const parameters = all.length;
  const priors = all.flatMap(([name, dimension]) => ('prior' in dimension ? [name] : []));
  return aligned([
    [
      'goal',
      `${objectives.map(({ name, direction }) => `${direction} ${name}`).join(', ')}, by ${parameters} ${parameters === 1 ? 'parameter' : 'parameters'}`,
    ],
    ...(priors.length > 0 ? [['priors', `of ${priors.join(', ')}`] as const] : []),
    ['trials', `${limits.trials ?? 'no limit'}, ${Math.min(parallel, room)} at a time`],
    ...(file.unstopped === undefined ? [] : [['training', file.unstopped] as const]),
    ['log', journal],
    ['output', nearby(directory)],
  ]);
}

interface Work extends RunPlan {
  readonly flags: RunFlags;
  /** Reads and checks everything again. */
  readonly planned: () => Promise<RunPlan>;
  readonly screen: StatusLine;
  readonly observing: Plugins;
}

/** Runs trials of the study until it ends, is interrupted or fails. Resolves with the exit status. */
async function work(given: Work): Promise<number> {
  const { file, journal, directory, command, options: settings, first, flags, observing, screen } = given;
  const warn = about(screen, { level: 'warn' }).line;
  const { promise: ended, resolve: end } = withResolvers<Ending>();
  const failed = async (error: unknown) => {
    if ((error as Partial<UserError>).code === 'no-result') await trainer?.seen().catch(() => {}); // the entry that says so tells more
    end({ type: 'failed', error });
  };
  let trainer: StudyTrainer | undefined;
  let loop: Working | undefined;
  const fleet = programs({
    study: file.options.study,
    command,
    metricFile: given.metricFile,
    ...given.goal,
    strategy: given.inForce.strategy,
    result: file.options.result,
    directory,
    warn,
    timeLimit: file.timeLimit,
    atTimeLimit: file.atTimeLimit,
    grace: file.grace,
    tracing: observing.tracing,
    failed,
  });
  let watching!: RunWatch;
  let isOwn = true;
  let begun = 0;
  const host: StudyHost = {
    plugins: [...observing.plugins, tidied(given)],
    line: screen.line,
    open: observing.open,
    seated: ({ pid, isAgain, past }) => {
      isOwn = pid === undefined;
      const by = isOwn ? 'this one' : `process ${pid}`;
      if (isAgain) return screen.line(`the process that ran the study has ended: ${by} runs it now`);
      begun = past;
      const missing = isOwn && first ? notPassed(command, file.space) : undefined;
      if (missing !== undefined) warn(missing);
      if (isOwn && first && past === 0 && flags.json !== true) for (const line of beginning(first, settings, given)) screen.line(line);
      watching = watch(screen, past, flags.json ?? false, isOwn ? 'resuming' : `joined the study, which ${by} runs`);
    },
    apply: (entry, study) => {
      watching.apply(entry, study, fleet.traceOf(entry.fact));
      if (watching.paused && isOwn && !observing.server) end({ type: 'paused' }); // a page can resume it
      if (!entry.refusal && entry.fact.type === 'changed') {
        if (entry.fact.why && entry.position > begun) end({ type: 'alike', alike: alikeIn(study.ledger, study.rows)! });
        loop?.fill();
      }
      if (entry.effect === 'cancelled' || entry.effect === 'closed') setImmediate(() => loop?.check()); // the study acts on it first
    },
  };
  const describe = async (): Promise<DescribedStudy> => {
    const plan = trainer || !first ? given : await given.planned();
    return {
      name: plan.file.options.study,
      space: plan.file.space,
      strategy: plan.file.strategy,
      options: plan.options,
      hasBegun: plan.first === undefined,
    };
  };
  const sharing = { path: journal, describe, command: templateText(command), fsync: flags.fsync, grace: file.grace };
  trainer = await trainerOf(journalSeats(sharing, host));
  loop = workAt(trainer, fleet.perform, {
    slots: () => Math.min(trainer!.seat.parallel, given.room),
    warn,
    onBroken: 'end',
    stays: true,
  });
  loop.done.catch(failed);
  const release = onInterrupt((count) => {
    if (count > 1) return fleet.kill();
    const { running = 0 } = loop ?? {};
    if (running > 0)
      warn(
        `ending ${running === 1 ? 'the running trial; interrupt again to kill it' : `${running} running trials; interrupt again to kill them`}`,
      );
    trainer?.leaving();
    end({ type: 'interrupted' });
  });
  trainer.finished().then(() => end({ type: 'closed' }), failed);
  await trainer.limit({ start: true });
  loop.fill();
  const ending = await ended;
  await loop.close();
  if (ending.type !== 'closed') await trainer.seen();
  screen.end();
  const { place = () => journal, damaged = () => 0 } = trainer.seat.journal ?? {};
  const [where, lines] = [place(), damaged()];
  const completed = watching.conclude({ journal: where, damaged: lines, directory, ending, again: commandLine() });
  release(); // until here, an interrupt could leave out the last lines
  await trainer.close();
  if (ending.type === 'failed') throw ending.error;
  if (ending.type === 'interrupted') return 130;
  if (where !== journal) return exitStatus.elsewhere;
  if (lines > 0) return exitStatus.differs;
  if (ending.type !== 'closed') return exitStatus.incomplete;
  return completed > 0 ? 0 : exitStatus.noResult;
}

/** Keeps the files of the trials below the number of bytes that `--keep` names. */
const tidied =
  ({ flags, directory, goal, screen }: Work): Plugin =>
  ({ state, past }) => {
    if (flags.keep === undefined) return {};
    const rows = () => state()?.rows ?? new TrialRows<Params>();
    const files = { order: () => expendable(rows(), goal.objectives[0]!), isInUse: (trial: TrialId) => isInUse(rows(), trial) };
    const tidy = keepFiles(directory, flags.keep, files, about(screen, { level: 'warn' }).line);
    let tidying: Promise<void> | undefined;
    return {
      apply: ({ event, position }) => {
        if (event?.type === 'ended' && position > past()) tidying = tidy();
      },
      close: async () => tidying,
    };
  };
