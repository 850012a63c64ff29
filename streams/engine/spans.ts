import type { SuggestedFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { TrialId } from '../../src/strategy/messages.ts';

/** Traces a study for a system that collects traces. Nothing depends on it. */
export interface Spans {
  /**
   * A trial was decided.
   *
   * @param asked when the strategy was asked for it, in milliseconds since 1970.
   * @param fitted when an ask before it began to wait for a model, if one did.
   */
  decided(fact: Pick<SuggestedFact, 'trial' | 'attempt' | 'by'>, asked: number, fitted: number | undefined): void;
  /** Whether a decision is in the log. If not, another engine may have decided first. */
  settled(fact: Pick<SuggestedFact, 'trial' | 'attempt'>, outcome: 'stored' | 'fenced'): void;
  /** An entry was applied. */
  apply(entry: AppliedEntry): void;
  /** The trace of an open trial, as W3C Trace Context writes it. */
  traceparent(trial: TrialId): string | undefined;
}
