import type { Refusal } from './refusal.ts';

/** One entry of a log. `fact` is as it was written, not validated: only the fold decides whether it counts. */
export interface Entry {
  /** 1-based, without gaps; entries that do not count have one too. */
  readonly position: number;
  /** Milliseconds since 1970 by the writer's clock. Used for display and limits; no strategy reads it. */
  readonly at: number;
  readonly fact: unknown;
  /** The trainer that wrote it, if the log knows. */
  readonly author?: string;
  /** Why it cannot be a fact, if the log knows: it is not JSON, or its author may not write it. */
  readonly refusal?: Refusal;
}
