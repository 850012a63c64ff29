import type { Refusal, SuggestedFact } from '../../src/facts/facts.ts';
import type { TrialId } from '../../src/messages.ts';

/** A trial to be evaluated. */
export type Suggestion<P> = SuggestedFact<P>;
/** A trial is to stop: its strategy, a person or the end of the study says so. */
export interface StopDirective {
  readonly type: 'stop';
  readonly trial: TrialId;
  readonly by: string;
}
/** A fact did not count; its sender may want to know. */
export interface Rejected {
  readonly type: 'rejected';
  readonly position: number;
  readonly fact: unknown;
  /** Who said it, where the log can tell. */
  readonly author?: string;
  readonly refusal: Refusal;
}
/** What trainers are told. */
export type Directive<P> = Suggestion<P> | StopDirective | Rejected;
