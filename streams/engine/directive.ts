import type { SuggestedFact } from '../../src/facts/facts.ts';
import type { Refusal } from '../../src/facts/refusal.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { StopReason, TrialId } from '../../src/strategy/messages.ts';
import type { Decider } from './decider.ts';

/** A trial to be evaluated. */
export type Suggestion<P> = SuggestedFact<P>;
/** The claim on an attempt of a process that has all trainers. */
export const runOf = ({ trial, attempt }: Pick<Suggestion<unknown>, 'trial' | 'attempt'>): string => `${trial}.${attempt}`;
/** A trial must stop, because of its strategy, a person or the end of the study. */
export interface StopDirective extends StopReason {
  readonly type: 'stop';
  readonly trial: TrialId;
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

/** Characters of the reason of a stop, as facts may have. */
const LONGEST_WHY = 1024;

/** Sends the directives that follow from entries, each stop once. */
export class Directives<P> {
  readonly #send: (directive: Directive<P>) => void;
  /** Open trials that were told to stop. */
  readonly #stopped = new Set<TrialId>();

  constructor(send: (directive: Directive<P>) => void) {
    this.#send = send;
  }

  /** Sends those that follow from an entry, and the stops that strategies want since. */
  follow(applied: AppliedEntry<P>, decider: Decider<P>): void {
    const { effect, fact } = applied;
    switch (effect) {
      case 'rejected':
        return this.#send({ type: 'rejected', ...applied });
      case 'void':
        return this.#stop(fact.trial, 'void');
      case 'cancelled':
        return this.#stop(fact.trial, 'person');
      case 'closed':
        return this.#stopClosed(decider);
      case 'suggested':
      case 'retried':
        this.#hand(fact);
        this.#stopped.delete(fact.trial); // the trainer that takes it has not received an earlier stop
        return this.#stopWanted(decider);
      case 'reported':
        return this.#stopWanted(decider);
      case 'ended':
        this.#stopped.delete(fact.trial);
        return this.#stopWanted(decider);
    }
  }

  /** Hands over all open trials, to trainers that know of none yet. */
  handAll({ ledger }: Decider<P>): void {
    for (const trial of ledger.open.values()) if (!trial.awaiting) this.#hand(trial.suggestion);
  }

  /** Sends the stops that follow from where the study is. @param isStart whether this process has sent none yet */
  stopAll(decider: Decider<P>, isStart: boolean): void {
    const { open, closed } = decider.ledger;
    this.#stopWanted(decider);
    if (isStart) for (const trial of open.values()) if (trial.cancelled) this.#stop(trial.proposal.id, 'person');
    if (closed !== undefined) this.#stopClosed(decider);
  }

  #hand(suggestion: Suggestion<P>): void {
    if (suggestion.by !== 'import') this.#send(suggestion);
  }

  #stopWanted({ stops, ledger }: Decider<P>): void {
    for (const [trial, { by, why }] of stops) {
      if (!this.#stopped.has(trial) && !ledger.open.get(trial)?.awaiting) this.#stop(trial, by, why?.slice(0, LONGEST_WHY));
    }
  }

  #stopClosed({ ledger }: Decider<P>): void {
    for (const trial of ledger.open.keys()) if (!this.#stopped.has(trial)) this.#stop(trial, 'closed');
  }

  #stop(trial: TrialId, by: string, why?: string): void {
    this.#stopped.add(trial);
    this.#send(omitUndefined({ type: 'stop', trial, by, why }));
  }
}
