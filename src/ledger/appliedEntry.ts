import type { Entry } from '../facts/entry.ts';
import type {
  Cancelled,
  Changed,
  Closed,
  CloseReason,
  Completed,
  ExpiredFact,
  Fact,
  FailedFact,
  Instructed,
  ProposedFact,
  ReportedFact,
  Retracted,
  Stopped,
  SuggestedFact,
} from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { Ended, Expired, Proposed, Reported, Suggested, TrialId } from '../strategy/messages.ts';
import type { Queued } from './queue.ts';
import type { OpenTrial } from './trial.ts';

/** A fact that was rejected: it stays in the log and changes nothing. */
interface Rejection {
  readonly effect: 'rejected';
  /** As it was written. */
  readonly fact: unknown;
  readonly refusal: Refusal;
  readonly event?: never;
}

/** A fact that counts but is not an event for strategies. */
interface Silent<E extends string, F> {
  readonly effect: E;
  readonly fact: F;
  readonly event?: never;
  readonly refusal?: never;
}

/** A fact that strategies receive as an event. */
interface Heard<E extends string, F, Event> {
  readonly effect: E;
  readonly fact: F;
  readonly event: Event;
  readonly refusal?: never;
}

/** A fact that counts. */
type AppliedFact<P> =
  | Heard<'suggested', SuggestedFact<P>, Suggested>
  | Heard<'reported', ReportedFact, Reported>
  /** `leader`: in a study of examples, the last trial of the configuration that leads from now on, if another trial was that before. */
  | (Heard<'ended', Completed | Stopped | FailedFact | Cancelled, Ended> & { readonly leader?: TrialId })
  | Heard<'proposed', ProposedFact, Proposed>
  | Heard<'expired', ExpiredFact, Expired>
  /** Another attempt at an open trial was suggested. */
  | Silent<'retried', SuggestedFact<P>>
  /** The engine that suggested it had not read a change: the number of the trial is used up, and nothing else happens. */
  | Silent<'void', SuggestedFact<P>>
  | Silent<'cancelled', Cancelled>
  /** A result is wrong: the strategies must read the log again without it. */
  | Silent<'retracted', Retracted>
  /** A new strategy must read the log from its beginning. */
  | Silent<'switched', Changed>
  | Silent<'closed', Closed>
  | Silent<'noted', Fact<P>>;

/** A fact and its effect. */
export type Applied<P> = AppliedFact<P> | Rejection;

/**
 * An entry of a log and its effect. `effect` determines the type of `fact`; `event` is the event that strategies received, if any; `refusal` says why
 * an entry was rejected.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the objectives
 */
export type AppliedEntry<P = unknown, O extends string = string> = Pick<Entry, 'position' | 'at' | 'author'> & Applied<P> & OfObjectives<O>;

/** Only a type: the names of the objectives, for the rows that are made from entries. */
interface OfObjectives<O extends string> {
  readonly objective?: O;
}

/** The next need of the study. */
export type Demand<P> =
  | { readonly type: 'nothing' }
  | { readonly type: 'close'; readonly reason: CloseReason }
  | { readonly type: 'instruct'; readonly fact: Instructed }
  /** The program is broken, or has a result after all. */
  | { readonly type: 'change'; readonly fact: Changed }
  | { readonly type: 'retry'; readonly trial: OpenTrial<P> }
  | ({ readonly type: 'queue' } & Queued<P>)
  /** `fresh`: whether a new configuration may begin; otherwise only promotions may. */
  | { readonly type: 'ask'; readonly fresh: boolean };

export const rejected = (fact: unknown, refusal: Refusal): Rejection => ({ effect: 'rejected', fact, refusal });
