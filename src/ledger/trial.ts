import type { SuggestedFact } from '../facts/facts.ts';
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
  /** The last step reported by the attempt in hand. */
  at?: number;
  /** The highest step reported by any attempt. */
  step?: number;
  losses?: readonly number[];
  checkpoint?: string;
  /** Its attempt failed and another one is due. */
  awaiting: boolean;
  cancelled: boolean;
}

/** How a trial ended. `void`: it never began, though its number is used up. */
export type Status = 'void' | 'completed' | 'stopped' | 'failed' | 'retracted';

/** What strategies are told of a suggestion. */
function proposalOf({ trial: id, by, budget, resumes, tags }: SuggestedFact, point: Point): Proposal {
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
