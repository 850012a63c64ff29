import type { Cancelled, Completed, FailedFact, ReportedFact, Started, Stopped, TrialEvent } from '../facts/facts.ts';
import { type Effect, refused } from './effect.ts';
import type { OpenTrial } from './trial.ts';

/**
 * Why what a named trainer says of a run does not count, from rules 2 on: it has not claimed the run, or does not say which one it means. The
 * engine, and the only writer of a journal, have no name: what they say is held to the other rules alone.
 */
export function refuseAuthor(fact: TrialEvent | Cancelled, author: string, { runs }: OpenTrial): Effect | undefined {
  if (fact.type === 'cancelled') return refused('wrong-author', `trainer ${author} cannot cancel trial ${fact.trial}: only people can`);
  const { trial: id, type, run } = fact;
  if (run === undefined)
    return refused('missing-field', `run is missing: ${type} of trial ${id} must name the run that trainer ${author} claimed`);
  const holder = runs.get(run);
  if (holder === author || !runs.has(run)) return undefined; // a run that is unknown is refused where it matters
  return refused(
    'wrong-author',
    `run ${run} of trial ${id} was claimed by ${holder === undefined ? 'the engine' : `trainer ${holder}`}, not by trainer ${author}`,
  );
}

/** Why a claim on an attempt does not hold. The first one in the log does. */
export function refuseClaim({ trial: id, attempt, run }: Started, trial: OpenTrial): Effect | undefined {
  if (attempt !== trial.suggestion.attempt || trial.awaiting) return refused('stale-run', `attempt ${attempt} at trial ${id} is over`);
  if (trial.run === undefined || trial.run === run) return undefined;
  return refused('claimed', `attempt ${attempt} at trial ${id} is taken by run ${trial.run}`);
}

/** Why a word of a run does not count: it does not hold the trial. A word of nobody in particular is taken for that of whoever does. */
export function refuseRun({ trial: id, run }: ReportedFact | Stopped | FailedFact, trial: OpenTrial): Effect | undefined {
  if (trial.awaiting) return refused('stale-run', `trial ${id} waits for its next attempt`);
  if (run === undefined || run === trial.run) return undefined;
  const holder = trial.run === undefined ? 'nobody' : `run ${trial.run}`;
  return refused('stale-run', `trial ${id} is held by ${holder}, not by run ${run}`);
}

/** Why a step comes too late. */
export function refuseStep({ trial: id, step }: ReportedFact, trial: OpenTrial): Effect | undefined {
  if (trial.at === undefined || step > trial.at) return undefined;
  return refused('duplicate-step', `trial ${id} has already reported step ${trial.at}, so step ${step} comes too late`);
}

/** Why a result does not count. That of any run that ever held the trial does: finished work is not thrown away. */
export function refuseResult({ trial: id, run }: Completed, trial: OpenTrial): Effect | undefined {
  if (run === undefined || trial.runs.has(run) || trial.proposal.by === 'import') return undefined;
  return refused('stale-run', `run ${run} never held trial ${id}`);
}

/** Why a failure does not count: it is that of an earlier attempt, or of an attempt that nobody took on, and somebody has. */
export function refuseFailure(fact: FailedFact, trial: OpenTrial): Effect | undefined {
  const { attempt } = trial.suggestion;
  if (fact.attempt !== undefined && fact.attempt !== attempt) {
    return refused('stale-run', `attempt ${fact.attempt} at trial ${fact.trial} is over`);
  }
  if (fact.attempt !== undefined && fact.run === undefined && trial.run !== undefined) {
    return refused('claimed', `attempt ${attempt} at trial ${fact.trial} is taken by run ${trial.run}`);
  }
  return refuseRun(fact, trial);
}

/** Why values do not count: `losses` is the name of the one that is missing. */
export const refuseValues = (losses: readonly number[] | string): Effect | undefined =>
  typeof losses === 'string' ? refused('missing-field', `values.${losses} is missing`) : undefined;
