import type { SuggestedFact } from '../../src/facts/facts.ts';
import type { Refusal } from '../../src/facts/refusal.ts';
import type { TrialId } from '../../src/strategy/messages.ts';

/** A trial to be evaluated. */
export type Suggestion<P> = SuggestedFact<P>;
/** The claim on an attempt of a process that has all trainers. */
export const runOf = ({ trial, attempt }: Pick<Suggestion<unknown>, 'trial' | 'attempt'>): string => `${trial}.${attempt}`;
/** A trial must stop, because of its strategy, a person or the end of the study. */
export interface StopDirective {
  readonly type: 'stop';
  readonly trial: TrialId;
  readonly by: string;
}
/** A fact was rejected. */
export interface Rejected {
  readonly type: 'rejected';
  readonly position: number;
  readonly fact: unknown;
  /** The trainer that wrote it, if the log knows authors. */
  readonly author?: string;
  readonly refusal: Refusal;
}
/** What the engine sends to trainers. */
export type Directive<P> = Suggestion<P> | StopDirective | Rejected;
