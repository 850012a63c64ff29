import type { TrialId } from '../../src/strategy/messages.ts';

/** The reason of a suggestion. */
export interface Why {
  readonly trial: TrialId;
  readonly by: string;
  /** What each machine did when it was decided, such as `surrogate.modelling`, by path. */
  readonly phases?: Readonly<Record<string, string>>;
  /** Whether the recomputed decision is equal; absent if it cannot be recomputed. */
  readonly recomputed?: 'equal' | { readonly field: string; readonly logged: unknown; readonly recomputed: unknown };
  /** Why it could not be recomputed. */
  readonly impossible?: string;
  /** For a stopped trial: what stopped it, and why. */
  readonly stopped?: string;
  /** How many results of each strategy were known then, by its path. */
  readonly results?: Readonly<Record<string, number>>;
  /** The prediction of a random forest on the completed trials among them, as values. If budgets differ, on those of the budget `at`. */
  readonly expected?: { readonly mean: number; readonly sd: number; readonly results: number; readonly at?: number };
  /** Milliseconds that the decision took when it was recomputed. */
  readonly milliseconds?: number;
}
