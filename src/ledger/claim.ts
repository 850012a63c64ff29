import { bounded } from '../errors.ts';
import type { Cancelled, Completed, FailedFact, ReportedFact, Started, Stopped, TrialEvent, Values } from '../facts/facts.ts';
import type { Refusal, RefusalCode } from '../facts/refusal.ts';
import type { OpenTrial } from './trial.ts';

/** The functions below return why a fact is rejected, or undefined if it counts. */
type Verdict = Refusal | undefined;

export const refuse = (code: RefusalCode, message: string): Refusal => ({ code, message: bounded(message) });

/**
 * A named trainer may only write facts about runs that it has claimed, and must name the run. The engine and the single writer of a
 * journal have no name: only the other rules apply to them.
 */
export function refuseAuthor(fact: TrialEvent | Cancelled, author: string, { runs }: OpenTrial<unknown>): Verdict {
  if (fact.type === 'cancelled') return refuse('wrong-author', `trainer ${author} cannot cancel trial ${fact.trial}: only people can`);
  const { trial: id, type, run } = fact;
  if (run === undefined)
    return refuse('missing-field', `run is missing: ${type} of trial ${id} must name the run that trainer ${author} claimed`);
  const holder = runs.get(run);
  if (holder === author || !runs.has(run)) return undefined; // the rules below reject an unknown run if it matters
  return refuse(
    'wrong-author',
    `run ${run} of trial ${id} was claimed by ${holder === undefined ? 'the engine' : `trainer ${holder}`}, not by trainer ${author}`,
  );
}

/** The first claim in the log holds the attempt. */
export function refuseClaim({ trial: id, attempt, run }: Started, trial: OpenTrial<unknown>): Verdict {
  if (attempt !== trial.suggestion.attempt || trial.awaiting) return refuse('stale-run', `attempt ${attempt} at trial ${id} is over`);
  if (trial.run === undefined || trial.run === run) return undefined;
  return refuse('claimed', `attempt ${attempt} at trial ${id} is taken by run ${trial.run}`);
}

/** Only the run that holds the trial may report, stop or fail it. A fact without a run counts as one of that run. */
export function refuseRun({ trial: id, run }: ReportedFact | Stopped | FailedFact, trial: OpenTrial<unknown>): Verdict {
  if (trial.awaiting) return refuse('stale-run', `trial ${id} waits for its next attempt`);
  if (run === undefined || run === trial.run) return undefined;
  const holder = trial.run === undefined ? 'no run' : `run ${trial.run}`;
  return refuse('stale-run', `trial ${id} is held by ${holder}, not by run ${run}`);
}

/** Steps of an attempt must grow. */
export function refuseStep({ trial: id, step }: ReportedFact, trial: OpenTrial<unknown>): Verdict {
  if (trial.at === undefined || step > trial.at) return undefined;
  return refuse('duplicate-step', `trial ${id}: expected a step after ${trial.at}, which it reported last, got ${step}`);
}

/** A result counts if it comes from any run that ever held the trial, so that no finished work is lost. */
export function refuseResult({ trial: id, run }: Completed, trial: OpenTrial<unknown>): Verdict {
  if (run === undefined || trial.runs.has(run) || trial.proposal.by === 'import') return undefined;
  return refuse('stale-run', `run ${run} never held trial ${id}`);
}

/** A failure must be of the current attempt. One without a run says that no trainer claimed it, which must be true. */
export function refuseFailure(fact: FailedFact, trial: OpenTrial<unknown>): Verdict {
  const { attempt } = trial.suggestion;
  if (fact.attempt !== undefined && fact.attempt !== attempt) {
    return refuse('stale-run', `attempt ${fact.attempt} at trial ${fact.trial} is over`);
  }
  if (fact.attempt !== undefined && fact.run === undefined && trial.run !== undefined) {
    return refuse('claimed', `attempt ${attempt} at trial ${fact.trial} is taken by run ${trial.run}`);
  }
  return refuseRun(fact, trial);
}

/** @param losses or the name of the value that is missing. */
export const refuseValues = (losses: readonly number[] | string, given: Values = {}): Verdict =>
  typeof losses === 'string'
    ? refuse('missing-field', `values.${losses} is missing; got ${Object.keys(given).join(', ') || 'none'}`)
    : undefined;

/** Whether a checkpoint counts. Programs get it as an argument, and would read one that begins with a dash as an option. */
export const isReference = (checkpoint: string): boolean => !checkpoint.startsWith('-');
