import { existsSync, readdirSync } from 'node:fs';
import { type Directive, type Rejected, runOf, type Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import type { Params, ReportedFact, TrialEvent } from '../facts/facts.ts';
import { identityOf } from '../facts/parse.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import type { ProgramOutcome } from '../programs/outcome.ts';
import type { OutputOptions } from '../programs/outputReader.ts';
import type { TrialRun } from '../programs/programRun.ts';
import { type RunningProgram, startProgram } from '../programs/startProgram.ts';
import type { CommandTemplate } from '../programs/template.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { checkpointsDirectory, commandFile, outputFile, paramsFile, relocated } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { About } from '../text/statusLine.ts';
import type { Notices } from './notices.ts';

export interface TrialOptions extends Omit<OutputOptions, 'file' | 'parameters'> {
  readonly study: string;
  readonly command: CommandTemplate;
  readonly metricFile?: CommandTemplate | undefined;
  /** Directory for the output and files of trials. */
  readonly directory: string;
  readonly timeLimit?: number | undefined;
  readonly atTimeLimit?: 'stop' | 'fail' | undefined;
  readonly grace?: number | undefined;
  readonly warn: (message: string, about?: About) => void;
  readonly notices: Notices;
  readonly tracing?: Pick<Tracing, 'begin'> | undefined;
}

interface TrainersOptions extends TrialOptions {
  readonly say: (event: TrialEvent) => void;
  /** How many facts wait to be stored. */
  readonly waiting: () => number;
  /** The trace of a trial. */
  readonly traceparent?: ((trial: TrialId) => string | undefined) | undefined;
  /** Called if this machine cannot run trials. */
  readonly unable?: (reason: string) => void;
}

/** Programs that run trials, each in its own slot. */
export interface TrainerPrograms {
  obey(directive: Directive<Params>): void;
  /** SIGTERM to all; their trials are preempted. Resolves when all have ended. */
  preempt(): Promise<void>;
  /** SIGKILL to all. */
  kill(): void;
  readonly running: number;
  /** The trace of the run that a fact belongs to, if it is one of the latest. */
  traceOf(fact: unknown): string | undefined;
}

/** The runs whose trace is known: their ends are logged once they are stored. */
const TRACED = 1000;

export function trainers(options: TrainersOptions): TrainerPrograms {
  const traces = new Map<string, string>();
  const running = new Map<
    TrialId,
    { readonly slot: number; readonly attempt: number; readonly process: RunningProgram; readonly done: Promise<void> }
  >();
  const freeSlot = () => {
    const taken = new Set([...running.values()].map(({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  };
  const start = (suggestion: Suggestion<Params>) => {
    const { trial, attempt } = suggestion;
    const run = runOf(suggestion);
    const slot = freeSlot();
    options.say({ type: 'started', trial, attempt, run });
    const { process, end, about } = startTrial(
      options,
      suggestion,
      run,
      slot,
      { report: options.say, waiting: options.waiting },
      options.traceparent?.(trial),
    );
    if (about.trace_id !== undefined) traces.set(run, about.trace_id);
    if (traces.size > TRACED) traces.delete(traces.keys().next().value!);
    const done = end.then((event) => {
      running.delete(trial);
      if (event.type === 'failed' && event.reason === 'lost') options.unable?.(`trial ${trial}: ${event.message}`);
      options.say(event);
    });
    running.set(trial, { slot, attempt, process, done });
  };
  /** A later attempt repeats the reports of an earlier one. */
  const isRepeated = ({ fact, refusal }: Rejected) =>
    refusal.code === 'duplicate-step' && (running.get(identityOf(fact).trial ?? 0)?.attempt ?? 1) > 1;
  return {
    obey: (directive) => {
      if (directive.type === 'suggested') start(directive);
      else if (directive.type === 'stop') running.get(directive.trial)?.process.stop();
      else if (!isRepeated(directive)) options.warn(`entry ${directive.position} does not count: ${directive.refusal.message}`);
    },
    preempt: async () => {
      for (const { process } of running.values()) process.preempt();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
    kill: () => {
      for (const { process } of running.values()) process.kill();
    },
    traceOf: (fact) => traces.get(identityOf(fact).run ?? ''),
    get running() {
      return running.size;
    },
  };
}

/** A running attempt. */
export interface StartedAttempt {
  readonly process: RunningProgram;
  /** Its outcome. Never rejects. */
  readonly end: Promise<EndFact>;
  /** The fields of log lines about it. */
  readonly about: About;
}

/** Runs the program for one attempt. */
export function startTrial(
  options: TrialOptions,
  suggestion: Suggestion<Params>,
  run: string,
  slot: number,
  say: { readonly report: (fact: ReportedFact, named: string | undefined) => void; readonly waiting: () => number },
  traceparent?: string,
): StartedAttempt {
  const { trial, attempt } = suggestion;
  const traced = options.tracing?.begin({ study: options.study, trial, attempt, run, traceparent });
  const job = omitUndefined({ ...jobOf(options, suggestion, slot), environment: traced?.environment });
  const about = omitUndefined({ trial, run, trace_id: traced?.id });
  const metric = options.metric ?? suggestion.metric;
  options.notices.started(suggestion);
  const process = startProgram(job, {
    command: options.command,
    metricFile: options.metricFile,
    objectives: options.objectives,
    direction: options.direction,
    result: options.result,
    metric,
    onReport: (said, named) => {
      const fact: ReportedFact = { type: 'reported', trial, run, ...said };
      options.notices.reported(suggestion, fact);
      say.report(fact, named);
    },
    waiting: say.waiting,
    onWarning: (message) => options.warn(`trial ${trial}: ${message}`, about),
    timeLimit: options.timeLimit,
    atTimeLimit: options.atTimeLimit,
    grace: options.grace,
  });
  const end = process.done.then((outcome) => {
    const fact = eventOf(outcome, { trial, attempt, run }, savedIn(job.paths.checkpoints));
    options.notices.ended(fact);
    traced?.end(fact);
    return fact;
  });
  return { process, end, about };
}

/** An attempt loads the checkpoint that the suggestion names, or what an earlier attempt at the trial saved. */
function jobOf({ study, directory }: TrialOptions, suggestion: Suggestion<Params>, slot: number): TrialRun {
  const { trial, attempt, params, budget, resumes } = suggestion;
  const checkpointsOf = (of: number) => checkpointsDirectory(directory, trial, of);
  const earlier = Array.from({ length: attempt - 1 }, (_, i) => checkpointsOf(attempt - 1 - i));
  const left = earlier.map(savedIn).find((place) => place !== undefined);
  const named = suggestion.checkpoint === undefined ? undefined : relocated(suggestion.checkpoint, directory);
  const isOwn = named === undefined || earlier.includes(named);
  const checkpoint = isOwn ? (left ?? named) : named;
  return omitUndefined({
    study,
    trial,
    attempt,
    slot,
    params,
    budget,
    resumes,
    checkpoint,
    paths: {
      params: paramsFile(directory, trial),
      command: commandFile(directory, trial),
      checkpoints: checkpointsOf(attempt),
      log: outputFile(directory, trial, attempt),
    },
  });
}

/** A directory with saved files: a checkpoint, unless the program names another. */
export const savedIn = (directory: string): string | undefined =>
  existsSync(directory) && readdirSync(directory).length > 0 ? directory : undefined;

function eventOf(
  outcome: ProgramOutcome,
  { trial, attempt, run }: { trial: TrialId; attempt: number; run: string },
  left: string | undefined,
): EndFact {
  const kept = outcome.checkpoint ?? left;
  const checkpoint = kept !== undefined && { checkpoint: kept };
  switch (outcome.type) {
    case 'completed':
      return { ...outcome, trial, run, ...checkpoint };
    case 'stopped':
      return { ...outcome, trial, run, ...checkpoint };
    case 'failed':
      return { ...outcome, trial, attempt, run, ...checkpoint };
  }
}
