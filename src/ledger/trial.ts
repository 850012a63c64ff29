import type { Limits, Params, SuggestedFact, Values } from '../facts/facts.ts';
import type { Point } from '../space/axis.ts';
import type { Ended, Suggested } from '../strategy/messages.ts';

/** A trial that has not ended. */
export interface OpenTrial<P = Params> {
  /** The suggestion of its current attempt. */
  suggestion: SuggestedFact<P>;
  /** Its first suggestion, as strategies received it. */
  readonly proposal: Suggested;
  /** The run that holds the current attempt; undefined until a trainer claims it. */
  run?: string;
  /** Every run that ever held the trial, with its trainer; undefined if the log does not know authors. */
  readonly runs: Map<string, string | undefined>;
  /** The last step that the current attempt reported, as its trainer counts. */
  at?: number;
  /** The highest step that any attempt reported, counted from 1. */
  step?: number;
  /** What it reported there. */
  values?: Values;
  losses?: readonly number[];
  /** The metrics of its last report; in a study of examples, their sums. */
  metrics?: Values;
  checkpoint?: string;
  /** Whether results of examples count for it. Its values are then the means so far. */
  evaluated?: boolean;
  /** Time of the claim on the current attempt, in milliseconds since 1970, if the log knows its trainer. */
  claimedAt?: number;
  /** Trainers where an attempt failed at once, by an error that did not count. */
  failedAtOnce: ReadonlySet<string>;
  /** Whether no trainer claimed the last attempt. */
  unclaimed?: boolean;
  /** Its attempt failed and another one is due. */
  awaiting: boolean;
  /** Attempts that failed by an error. */
  errors: number;
  /** Attempts that were lost or preempted. */
  interruptions: number;
  /** Those of them in a row that reported nothing. */
  fruitless: number;
  cancelled: boolean;
}

/** How a trial ended. `void`: it never began, though its number is used up. */
export type EndStatus = 'void' | 'completed' | 'stopped' | 'failed' | 'retracted';

/** A suggestion as strategies receive it. */
function suggestedOf({ trial: id, by, budget, examples, resumes, proposal, tags }: SuggestedFact<unknown>, point: Point): Suggested {
  const suggested: { -readonly [K in keyof Suggested]: Suggested[K] } = { type: 'suggested', id, by, point };
  if (budget !== undefined) suggested.budget = budget;
  if (examples !== undefined) suggested.examples = examples;
  if (resumes !== undefined) suggested.resumes = resumes;
  if (proposal !== undefined) suggested.proposal = proposal;
  if (tags !== undefined) suggested.tags = tags;
  return suggested;
}

/** How a trial ended, without the fields of its proposal. */
export type End = Pick<Ended, 'outcome'> & Partial<Omit<Ended, keyof Suggested>>;

/** The end of a trial as strategies receive it. Field by field: V8 takes ten times as long to add a field to a spread. */
export function endedOf(
  { proposal, step }: OpenTrial<unknown>,
  { outcome, losses, reason, gradient, evaluated, stderr, constraints, seconds }: End,
): Ended {
  const { id, by, point, budget, examples, resumes, proposal: served, tags } = proposal;
  const ended: { -readonly [K in keyof Ended]: Ended[K] } =
    losses === undefined ? { type: 'ended', id, by, point, outcome } : { type: 'ended', id, by, point, outcome, losses };
  if (budget !== undefined) ended.budget = budget;
  if (examples !== undefined) ended.examples = examples;
  if (resumes !== undefined) ended.resumes = resumes;
  if (served !== undefined) ended.proposal = served;
  if (tags !== undefined) ended.tags = tags;
  if (reason !== undefined) ended.reason = reason;
  if (gradient !== undefined) ended.gradient = gradient;
  if (evaluated !== undefined) ended.evaluated = evaluated;
  if (stderr !== undefined) ended.stderr = stderr;
  if (constraints !== undefined) ended.constraints = constraints;
  if (seconds !== undefined) ended.seconds = seconds;
  if (step !== undefined) ended.step = step;
  return ended;
}

const NONE: ReadonlySet<string> = new Set();

export const openTrial = <P>(suggestion: SuggestedFact<P>, point: Point): OpenTrial<P> => ({
  suggestion,
  proposal: suggestedOf(suggestion, point),
  runs: new Map(),
  failedAtOnce: NONE,
  awaiting: false,
  errors: 0,
  interruptions: 0,
  fruitless: 0,
  cancelled: false,
});

/** How many attempts at a trial may be lost or preempted in a row, without a report, before the trial fails. */
const INTERRUPTIONS = 30;
/** How many may be lost or preempted in all: a trial must not crash machines for ever. */
const MOST_INTERRUPTIONS = 1000;

/** Counts an attempt that failed, unless it was lost before a trainer claimed it. One that has reported shows that the trial can be run. */
export function countAttempt<P>(trial: OpenTrial<P>, isInterrupted: boolean): void {
  if (!isInterrupted) {
    trial.errors++;
    return;
  }
  if (trial.run === undefined) return;
  trial.interruptions++;
  trial.fruitless = trial.at === undefined ? trial.fruitless + 1 : 0;
}

/** Whether no attempt follows. Interrupted attempts do not use up the attempts for errors. */
export function isLastAttempt<P>(trial: OpenTrial<P>, { attempts = 3 }: Limits, isInterrupted: boolean): boolean {
  const { errors, interruptions, fruitless } = trial;
  if (!isInterrupted) return errors >= attempts;
  return fruitless >= Math.max(attempts, INTERRUPTIONS) || interruptions >= Math.max(attempts, MOST_INTERRUPTIONS);
}
