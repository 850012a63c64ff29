import type { SuggestedFact, Values } from '../facts/facts.ts';
import type { Proposal } from '../messages.ts';
import type { Point } from '../space/axis.ts';

/** A trial that has not ended. */
export interface OpenTrial {
  /** Its latest suggestion: that of the attempt in hand. */
  suggestion: SuggestedFact;
  readonly proposal: Proposal;
  /** The claim on the attempt in hand, once somebody took it on. */
  run?: string;
  /** Every claim that was ever current. */
  readonly runs: string[];
  step?: number;
  losses?: readonly number[];
  checkpoint?: string;
  /** Its attempt failed and another one is due. */
  awaiting: boolean;
  cancelled: boolean;
}

/** How a trial ended. `void`: it never began, though its number is used up. */
export type Status = 'void' | 'completed' | 'stopped' | 'failed' | 'retracted';

/** The trial with the lowest first loss among those completed at the highest budget. */
export interface Best {
  readonly trial: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly values: Values;
  readonly loss: number;
  /** Infinity where trials have no budget. */
  readonly budget: number;
}

/** A higher budget tells more than a lower loss. */
export const better = (a: Pick<Best, 'loss' | 'budget'>, b: Pick<Best, 'loss' | 'budget'> | undefined): boolean =>
  b === undefined || a.budget > b.budget || (a.budget === b.budget && a.loss < b.loss);

/** What strategies are told of a suggestion. */
export function proposalOf({ trial: id, by, budget, resumes, tags }: SuggestedFact, point: Point): Proposal {
  const proposal: { -readonly [K in keyof Proposal]: Proposal[K] } = { id, by, point };
  if (budget !== undefined) proposal.budget = budget;
  if (resumes !== undefined) proposal.resumes = resumes;
  if (tags !== undefined) proposal.tags = tags;
  return proposal;
}

export const openTrial = (suggestion: SuggestedFact, point: Point): OpenTrial => ({
  suggestion,
  proposal: proposalOf(suggestion, point),
  runs: [],
  awaiting: false,
  cancelled: false,
});
