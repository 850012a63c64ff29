import { existsSync, readdirSync } from 'node:fs';
import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import type { Perform } from '../../streams/study/training/claimedRun.ts';
import type { Params, ReportedFact } from '../facts/facts.ts';
import { identityOf } from '../facts/parse.ts';
import { exampleResult } from '../ledger/exampleFacts.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import { examplesAt } from '../programs/exampleReader.ts';
import type { ProgramOutcome } from '../programs/outcome.ts';
import type { TrialRun } from '../programs/programRun.ts';
import { type ProgramOptions, type RunningProgram, startProgram } from '../programs/startProgram.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { checkpointsDirectory, commandFile, examplesFile, outputFile, paramsFile, relocated } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { About } from '../text/statusLine.ts';
import { UsageError } from '../text/usage.ts';
import { exampleBatch } from './exampleBatch.ts';
import type { Notices } from './notices.ts';

export interface TrialOptions
  extends Omit<ProgramOptions, 'objectives' | 'directory' | 'onReport' | 'onExample' | 'onWarning' | 'waiting'> {
  readonly study: string;
  readonly objectives: readonly string[];
  /** Directory for the output and files of trials. */
  readonly directory: string;
  readonly warn: (message: string, about?: About) => void;
  readonly notices: Notices;
  readonly tracing?: Pick<Tracing, 'begin'> | undefined;
}

/** Programs that run trials, each in its own slot. */
export interface Programs {
  readonly perform: Perform<Params>;
  /** SIGKILL to all. */
  kill(): void;
  /** The trace of the run that a fact belongs to, if it is one of the latest. */
  traceOf(fact: unknown): string | undefined;
}

/** The runs whose trace is known: their ends are logged once they are stored. */
const TRACED = 1000;

/** @param failed called if this machine cannot run trials */
export function programs(options: TrialOptions, failed: (error: UsageError) => void): Programs {
  const traces = new Map<string, string>();
  const running = new Map<string, { readonly slot: number; readonly kill: () => void }>();
  const freeSlot = () => {
    const taken = new Set(Array.from(running.values(), ({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  };
  return {
    perform: ({ run, traceparent }) => ({
      begin: (suggestion, say) => {
        const slot = freeSlot();
        const { process, end, about } = startTrial(options, suggestion, run, slot, say, traceparent);
        running.set(run, { slot, kill: process.kill });
        if (about.trace_id !== undefined) traces.set(run, about.trace_id);
        if (traces.size > TRACED) traces.delete(traces.keys().next().value!);
        void end.then((fact) => {
          running.delete(run);
          if (fact.type === 'failed' && fact.reason === 'lost') failed(new UsageError(`trial ${fact.trial}: ${fact.message}`));
          say.end(fact);
        });
        return process;
      },
    }),
    kill: () => {
      for (const { kill } of running.values()) kill();
    },
    traceOf: (fact) => traces.get(identityOf(fact).run ?? ''),
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
  const { directory: _, ...program } = options; // programs run where this process does
  const metric = options.metric ?? suggestion.metric;
  options.notices.started(suggestion);
  /** The checkpoint that the program named last. */
  let last: string | undefined;
  const report = (said: Omit<ReportedFact, 'type' | 'trial' | 'run'>) => {
    const fact: ReportedFact = { type: 'reported', trial, run, ...said };
    options.notices.reported(suggestion, fact);
    say.report(fact, last);
  };
  const batch = exampleBatch(report);
  const process = startProgram(job, {
    ...program,
    metric,
    onReport: (said, named) => {
      last = named;
      report(said);
    },
    onExample: ({ example, values, constraints = [], ...more }, { count, means }, named) => {
      last = named;
      batch.add(exampleResult(example, { values, constraints }, options.objectives), { step: count, values: means, ...more });
    },
    waiting: say.waiting,
    onWarning: (message, topic) => {
      if (topic === undefined) options.warn(`trial ${trial}: ${message}`, about);
      else options.notices.once(topic, `trial ${trial}: ${message}`);
    },
  });
  const end = process.done.then((outcome) => {
    batch.flush();
    const fact = eventOf(outcome, { trial, attempt, run }, savedIn(job.paths.checkpoints));
    options.notices.ended(fact);
    traced?.end(fact);
    return fact;
  });
  return { process, end, about };
}

/** An attempt loads the checkpoint that the suggestion names, or what an earlier attempt at the trial saved. */
function jobOf({ study, directory, examples }: TrialOptions, suggestion: Suggestion<Params>, slot: number): TrialRun {
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
    examples: examples === undefined ? undefined : examplesAt(examples, suggestion.examples),
    paths: {
      params: paramsFile(directory, trial),
      examples: examplesFile(directory, trial, attempt),
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
  return outcome.type === 'failed' ? { ...outcome, trial, attempt, run, ...checkpoint } : { ...outcome, trial, run, ...checkpoint };
}
