import type { SuggestedFact } from '../facts/facts.ts';
import type { Suggested } from '../messages.ts';
import type { Point } from '../space/axis.ts';

/** A trial that has not ended. */
export interface OpenTrial {
  /** Its latest suggestion: that of the attempt in hand. */
  suggestion: SuggestedFact;
  /** What strategies were told of its first suggestion. */
  readonly proposal: Suggested;
  /** The claim on the attempt in hand, once somebody took it on. */
  run?: string;
  /** Every claim that was ever current, and the trainer that made it; undefined if the log does not tell authors apart. */
  readonly runs: Map<string, string | undefined>;
  /** The last step reported by the attempt in hand. */
  at?: number;
  /** The highest step reported by any attempt. */
  step?: number;
  losses?: readonly number[];
  checkpoint?: string;
  /** Its attempt failed and another one is due. */
  awaiting: boolean;
  /** How many attempts failed by an error, and how many were lost or preempted. */
  errors: number;
  interruptions: number;
  cancelled: boolean;
}

/** How a trial ended. `void`: it never began, though its number is used up. */
export type Status = 'void' | 'completed' | 'stopped' | 'failed' | 'retracted';

/** What strategies are told of a suggestion. */
function suggestedOf({ trial: id, by, budget, resumes, tags }: SuggestedFact, point: Point): Suggested {
  const suggested: { -readonly [K in keyof Suggested]: Suggested[K] } = { type: 'suggested', id, by, point };
  if (budget !== undefined) suggested.budget = budget;
  if (resumes !== undefined) suggested.resumes = resumes;
  if (tags !== undefined) suggested.tags = tags;
  return suggested;
}

export const openTrial = (suggestion: SuggestedFact, point: Point): OpenTrial => ({
  suggestion,
  proposal: suggestedOf(suggestion, point),
  runs: new Map(),
  awaiting: false,
  errors: 0,
  interruptions: 0,
  cancelled: false,
});
