import { join } from 'node:path';
import { spaceOf } from '../../streams/engine/applyEntries.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import { JournalLockedError } from '../../streams/log/errors.ts';
import { checkUnlocked, lock } from '../../streams/log/lock.ts';
import { parseReference } from '../../streams/nats/checkpoints/reference.ts';
import { pausingIn } from '../../streams/spec/defaults.ts';
import { type AttemptSteps, HANDED_BACK, type Perform, type SayStored } from '../../streams/study/training/claimedRun.ts';
import type { Gate } from '../../streams/study/training/gate.ts';
import type { Trainer } from '../../streams/study/training/work.ts';
import type { Instruction, Params, Values } from '../facts/facts.ts';
import { listeningFor } from '../host/metric.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import { commandOf, metricFileOf, notPassed } from '../programs/trialCommand.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { makeFolder } from '../stores/makeFolder.ts';
import { checkResuming } from '../studyFile/checkResuming.ts';
import { trialLine } from '../text/progress.ts';
import { about, type StatusLine } from '../text/statusLine.ts';
import { UsageError } from '../text/usage.ts';
import { type Amounts, checkNeeds } from './amounts.ts';
import { parseStored, type StoreCommands } from './checkpointStore.ts';
import { keepOwn, type OwnFiles } from './keepFiles.ts';
import { type SharedCheckpoints, sharedCheckpoints } from './sharedCheckpoints.ts';
import { type Programs, programs } from './startTrial.ts';
import type { WorkerStudy } from './workerPlaces.ts';

/** How a worker runs its programs. */
export interface ProgramSettings {
  readonly parallel: number;
  readonly timeLimit?: number | undefined;
  readonly atTimeLimit?: 'stop' | 'fail' | undefined;
  /** The name under which the program prints the value. */
  readonly metric?: string | undefined;
  /** The path of the file to which the program writes its metrics. */
  readonly metricFile?: string | undefined;
  /** Which of the values of a run is its result. */
  readonly result?: 'last' | 'best' | undefined;
}

/** A study may be the only one of a worker, one of several that are named in full, or one that a pattern found. With a pattern, the worker continues without it. */
export type Serves = 'only' | 'named' | 'next to a pattern' | 'found';

/** What a worker does after a study has closed, and after it is drained. */
const AFTER: Readonly<Record<Serves, { readonly closed: string; readonly drained: string }>> = {
  only: { closed: ', so this worker ends; "hypertide change" reopens it, then start the worker again', drained: ', so it ends' },
  named: { closed: '; this worker ends when it serves no other study', drained: ', and ends when it serves no other study' },
  'next to a pattern': { closed: '', drained: '' },
  found: { closed: '; this worker takes its trials again if it reopens', drained: '' },
};

export interface Work extends ProgramSettings {
  readonly study: string;
  readonly at: WorkerStudy;
  readonly words: readonly string[];
  /** Of the worker. */
  readonly name: string | undefined;
  readonly directory: string;
  /** The place for checkpoints, if not that of the study. */
  readonly commands: StoreCommands | undefined;
  /** Bytes of all files in the directory. */
  readonly keep: number | undefined;
  /** Seconds between two saves of the checkpoint of a running trial. */
  readonly saveEvery: number | undefined;
  readonly screen: StatusLine;
  /** Decides when it may take a trial. @param needs resources of the worker for each trial */
  readonly gateFor: (needs: Amounts) => Gate;
  /** What this worker has for trials. */
  readonly offers: Amounts;
  readonly slotOf: (run: string) => number;
  readonly tracing: Tracing | undefined;
  /** Ends the wait for a study that does not exist yet. */
  readonly signal: AbortSignal;
  readonly serves: Serves;
  /** A person or the engine has paused or drained this worker, or lets it take trials again. */
  readonly instructed: (to: Instruction) => void;
  /** The study has closed, or was closed before. */
  readonly closed: () => void;
  readonly began: (run: string, programs: Programs) => void;
  readonly ended: (run: string, event: EndFact) => void;
}

/** How a trial ended here. Handing it back is not a failure. @param last the values of its last report. */
function endOf(event: EndFact, params: Params, last: Values | undefined): string {
  const { trial, type: status } = event;
  if (event.type !== 'failed')
    return trialLine(omitUndefined({ trial, status, params, values: event.type === 'completed' ? event.values : last }));
  if (event.reason !== 'preempted') return trialLine(omitUndefined({ ...event, status, params }));
  if (event.checkpoint === undefined) return `trial ${trial} handed back; another worker begins it again`;
  if (parseReference(event.checkpoint)) return `trial ${trial} handed back, with its checkpoint on the server`;
  if (parseStored(event.checkpoint)) return `trial ${trial} handed back, with its checkpoint stored by --store`;
  return `trial ${trial} handed back with its checkpoint ${event.checkpoint}`;
}

/**
 * Runs programs for the trials of a study, once it exists.
 *
 * @returns undefined if the signal aborted before.
 * @throws UsageError if the command does not suit the study; what the server refuses.
 */
export async function workOn(given: Work): Promise<Trainer | undefined> {
  const { at, study, serves, words, name, directory, screen, offers, signal, parallel, metric, result, timeLimit, atTimeLimit } = given;
  const warn = about(screen, { level: 'warn' }).line;
  const begun = await at.begun({ signal, name, warn: (text: string) => screen.line(text) }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  if (!begun) return undefined;
  const { created, settings: now } = begun;
  if (metric !== undefined && created.objectives.length > 1)
    throw new UsageError('metric: expected a study with one objective, got several');
  const { requires = {} } = created;
  checkNeeds(study, offers, requires);
  const space = spaceOf(created);
  const command = commandOf(words, space, listeningFor(created).examples);
  const missing = notPassed(command, space);
  if (missing !== undefined) warn(missing);
  const { strategy, resumes, limits } = now;
  checkResuming({ strategy, resumes, command });
  const fleet = programs({
    study,
    command,
    metricFile: metricFileOf(given.metricFile, space, parallel),
    objectives: created.objectives,
    examples: created.examples,
    metric,
    strategy,
    result,
    directory,
    warn,
    timeLimit,
    atTimeLimit,
    tracing: given.tracing,
    slotOf: given.slotOf,
  });
  enterFolder(directory, given.keep !== undefined);
  const checkpoints =
    at.checkpoints &&
    sharedCheckpoints({
      ...at.checkpoints,
      directory,
      resumes: resumes || pausingIn(strategy) !== undefined,
      retryErrors: limits.retryErrors ?? false,
      commands: given.commands,
      warn,
    });
  const files = given.keep === undefined ? undefined : keepOwn(directory, given.keep, created.objectives[0]!, warn);
  const perform = performing(given, fleet, checkpoints, files);
  const closed = (reason: string) => {
    screen.line(`${study}: the study has closed (${reason})${AFTER[serves].closed}`);
    given.closed();
  };
  const drained = () => screen.line(`${study}: this worker is drained${AFTER[serves].drained}`);
  return at.train(
    perform,
    omitUndefined({
      slots: parallel,
      warn,
      name,
      closed,
      instructed: given.instructed,
      drained,
      stays: serves === 'found',
      gate: given.gateFor(requires),
      saveEvery: given.saveEvery,
      offers,
    }),
  );
}

/** Runs a program for each attempt that this worker has claimed. */
function performing(
  { screen, began, ended }: Work,
  fleet: Programs,
  checkpoints: SharedCheckpoints | undefined,
  files: OwnFiles | undefined,
): Perform<Params> {
  return (claim) => {
    const { suggestion, run } = claim;
    const { trial, attempt, params } = suggestion;
    const { begin } = fleet.perform(claim);
    let last: Values | undefined;
    began(run, fleet);
    files?.began(suggestion);
    const steps: AttemptSteps<Params> = {
      begin: (ready, say) => {
        const report: SayStored['report'] = (fact, named) => {
          last = fact.values;
          say.report(fact, named);
        };
        return begin(ready, { ...say, report });
      },
      left: (fact) => {
        const level = fact?.type === 'failed' && fact.reason !== 'preempted' ? 'warn' : 'info';
        const text = fact
          ? endOf(fact, params, last)
          : `trial ${trial}: this run does not count: the trial has ended, another run holds it, or this worker has lost the study`;
        screen.line(text, omitUndefined({ level, trial, run, trace_id: fleet.traceOf({ run }) }));
        const end = fact ?? { type: 'failed', trial, attempt, run, reason: 'preempted', message: HANDED_BACK };
        ended(run, end);
        void files?.ended(end);
      },
    };
    return checkpoints?.(steps, claim) ?? steps;
  };
}

/**
 * Enters the folder of a worker. A worker that deletes files needs it for itself, because it does not know which trials others run. The folder is
 * held until the process ends.
 *
 * @throws UsageError if a worker that deletes files uses it, or if it cannot be made
 */
export function enterFolder(directory: string, deletes: boolean): void {
  const mark = join(directory, 'worker');
  try {
    if (!deletes) return checkUnlocked(mark);
    makeFolder(directory);
    lock(mark);
  } catch (error) {
    if (!(error instanceof JournalLockedError)) throw error;
    throw new UsageError(
      `${directory}: process ${error.pid} is a worker with --keep, which needs this folder for itself: give each worker its own --directory. If that process is gone for good, delete ${error.lock}`,
    );
  }
}
