import { existsSync, readdirSync } from 'node:fs';
import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import type { Claim, Perform, SayStored } from '../../streams/study/training/claimedRun.ts';
import type { Params, ReportedFact } from '../facts/facts.ts';
import { identityOf } from '../facts/parse.ts';
import { type Goal, listeningFor } from '../host/metric.ts';
import { exampleResult } from '../ledger/exampleFacts.ts';
import type { Tracing } from '../monitoring/tracing.ts';
import { examplesAt } from '../programs/exampleReader.ts';
import type { ProgramOutcome } from '../programs/outcome.ts';
import type { OutputOptions } from '../programs/outputReader.ts';
import type { TrialRun } from '../programs/programRun.ts';
import { type ProgramOptions, startProgram } from '../programs/startProgram.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { checkpointsDirectory, commandFile, examplesFile, outputFile, paramsFile, relocated } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { About } from '../text/statusLine.ts';
import { UsageError } from '../text/usage.ts';
import { exampleBatch } from './exampleBatch.ts';
import { notices } from './notices.ts';

/** How programs run the trials of a study. */
export interface ProgramsOptions
  extends Goal,
    Pick<ProgramOptions, 'command' | 'metricFile' | 'result' | 'timeLimit' | 'atTimeLimit' | 'grace'> {
  readonly study: string;
  /** The study's strategy as data. */
  readonly strategy: unknown;
  /** Directory for the output and files of trials. */
  readonly directory: string;
  readonly warn: (message: string, about?: About) => void;
  readonly tracing?: Pick<Tracing, 'begin'> | undefined;
  /** The slot of a run. Default: the first one that is free. */
  readonly slotOf?: (run: string) => number;
  /** Called if this machine cannot run trials. */
  readonly failed?: (error: UsageError) => void;
}

/** Programs that run trials, each in its own slot. */
export interface Programs {
  readonly perform: Perform<Params>;
  /** SIGKILL to all. */
  kill(): void;
  /** The trace of the run that a fact belongs to, if it is one of the latest. */
  traceOf(fact: unknown): string | undefined;
}

/** The ended runs whose trace is known: their ends are logged once they are stored. */
const TRACED = 1000;

export function programs(options: ProgramsOptions): Programs {
  const listening = listeningFor(options);
  const noticed = notices({ ...options, objective: options.objectives[0]!, ...listening });
  const traces = new Map<string, string>();
  const running = new Map<string, { readonly slot: number; readonly trace: string | undefined; readonly kill: () => void }>();
  const freeSlot = () => {
    const taken = new Set(Array.from(running.values(), ({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  };
  const { directory, ...program } = options; // programs run where this process does
  const { study, warn, tracing, slotOf = freeSlot, failed } = program;
  const begin = ({ run, traceparent }: Claim<Params>, suggestion: Suggestion<Params>, say: SayStored) => {
    const { trial, attempt } = suggestion;
    const slot = slotOf(run);
    const traced = tracing?.begin({ study, trial, attempt, run, traceparent });
    const job = omitUndefined({ ...jobOf({ study, directory, ...listening }, suggestion, slot), environment: traced?.environment });
    const about = omitUndefined({ trial, run, trace_id: traced?.id });
    noticed.started(suggestion);
    /** The checkpoint that the program named last. */
    let last: string | undefined;
    const report = (said: Omit<ReportedFact, 'type' | 'trial' | 'run'>) => {
      const fact: ReportedFact = { type: 'reported', trial, run, ...said };
      noticed.reported(suggestion, fact);
      say.report(fact, last);
    };
    const batch = exampleBatch(report);
    const process = startProgram(job, {
      ...program,
      ...listening,
      metric: listening.metric ?? suggestion.metric,
      onReport: (said, named) => {
        last = named;
        report(said);
      },
      onExample: ({ example, values, constraints = [], ...more }, { count, means }, named) => {
        last = named;
        batch.add(exampleResult(example, { values, constraints }, listening.objectives), { step: count, values: means, ...more });
      },
      waiting: say.waiting,
      onWarning: (message, topic) => {
        if (topic === undefined) warn(`trial ${trial}: ${message}`, about);
        else noticed.once(topic, `trial ${trial}: ${message}`);
      },
    });
    running.set(run, { slot, trace: traced?.id, kill: process.kill });
    void process.done.then((outcome) => {
      batch.flush();
      const fact = eventOf(outcome, { trial, attempt, run }, savedIn(job.paths.checkpoints));
      noticed.ended(fact);
      traced?.end(fact);
      running.delete(run);
      if (traced?.id !== undefined) traces.set(run, traced.id);
      if (traces.size > TRACED) traces.delete(traces.keys().next().value!);
      if (fact.type === 'failed' && fact.reason === 'lost') failed?.(new UsageError(`trial ${trial}: ${fact.message}`));
      say.end(fact);
    });
    return process;
  };
  return {
    perform: (claim) => ({ begin: (suggestion, say) => begin(claim, suggestion, say) }),
    kill: () => {
      for (const { kill } of running.values()) kill();
    },
    traceOf: (fact) => {
      const { run = '' } = identityOf(fact);
      return running.get(run)?.trace ?? traces.get(run);
    },
  };
}

/** An attempt loads the checkpoint that the suggestion names, or what an earlier attempt at the trial saved. */
function jobOf(
  { study, directory, examples }: Pick<ProgramsOptions, 'study' | 'directory'> & Pick<OutputOptions, 'examples'>,
  suggestion: Suggestion<Params>,
  slot: number,
): TrialRun {
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
