import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { TrialRow } from '../study/trials.ts';
import { watchConstants } from './constantResults.ts';

/** The step from which the reports of an attempt must continue. */
interface Resumption {
  readonly from: number;
  /** Such as `resumes trial 4 at step 5`. */
  readonly how: string;
}

/**
 * Detects trainers that begin again though they were given a checkpoint: the first report of a trial that resumes another one is no further than that one
 * came, or the first report of a later attempt is no further than the first one of the trial. Steps are compared as trainers count them.
 *
 * @param past the position of the last entry before this start.
 * @returns a function that takes each entry of the log and returns what to tell the user, once.
 */
export function watchResumed(past: () => number): (applied: AppliedEntry) => string | undefined {
  let isKnown = false;
  /** Of each trial that reported, its first and its last step. */
  let steps = new Map<TrialId, { readonly first: number; last: number }>();
  let due = new Map<TrialId, Resumption>();
  return ({ fact, refusal, position }) => {
    if (position === 1) [steps, due] = [new Map(), new Map()]; // a log may be read more than once
    if (isKnown || refusal) return undefined;
    if (fact.type === 'suggested') {
      const { trial, resumes, checkpoint } = fact;
      due.delete(trial);
      const own = steps.get(trial);
      const other = resumes === undefined ? undefined : steps.get(resumes);
      if (other) due.set(trial, { from: other.last, how: resuming(resumes, other.last) });
      else if (own && own.last > own.first && checkpoint !== undefined)
        due.set(trial, { from: own.first, how: `continues from a checkpoint of an attempt that reached step ${own.last}` });
    }
    if (fact.type !== 'reported') return undefined;
    const { trial, step } = fact;
    const known = steps.get(trial);
    if (known === undefined) steps.set(trial, { first: step, last: step });
    else known.last = Math.max(known.last, step);
    const resumption = due.get(trial);
    due.delete(trial);
    if (resumption === undefined || step > resumption.from) return undefined;
    isKnown = true;
    if (position <= past()) return undefined;
    return beganAgain(trial, resumption.how, step);
  };
}

const resuming = (resumes: TrialId | undefined, step: number): string => `resumes trial ${resumes} at step ${step}`;
const beganAgain = (trial: TrialId, how: string, step: number): string =>
  `trial ${trial} ${how}, but its first report is of step ${step}: check that its trainer saves its state and loads the checkpoint`;

type Row = Pick<TrialRow<unknown>, 'trial' | 'resumes'> & {
  /** Step, value, step, value, ..., with steps as its trainer counts them. */
  readonly curve: readonly number[];
};

/** The same about trials that have ended. @returns a text about the first such trial */
export function resumedText(rows: readonly Row[]): string | undefined {
  const steps = new Map(rows.map(({ trial, curve }) => [trial, curve.at(-2)]));
  for (const { trial, resumes, curve } of rows) {
    const [first, last] = [curve[0], resumes === undefined ? undefined : steps.get(resumes)];
    if (first !== undefined && last !== undefined && first <= last) return beganAgain(trial, resuming(resumes, last), first);
  }
  return undefined;
}

/** What users are told about their trainers, once each: no result depends on the configuration, or no checkpoint is loaded. */
export function watchTrainers(past: () => number): (applied: AppliedEntry) => string | undefined {
  const watchers = [watchConstants(past), watchResumed(past)];
  return (applied) => watchers.map((watch) => watch(applied)).find((text) => text !== undefined); // they speak of different facts
}
