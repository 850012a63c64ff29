import type { Refusal } from './refusal.ts';

/** One entry of a log. `fact` is as it was written, not yet believed: whether it counts is decided by the fold alone. */
export interface Entry {
  /** 1-based, without gaps; entries that do not count have one too. */
  readonly position: number;
  /** Milliseconds since 1970 by the writer's clock. For people and limits; no strategy reads it. */
  readonly at: number;
  readonly fact: unknown;
  /** The trainer that wrote it, where the log can tell. */
  readonly author?: string;
  /** How long it is, in bytes, where a trainer wrote it and it is longer than the first rules allow. */
  readonly bytes?: number;
  /** Why it can be no fact, where the log knows that already: it is no JSON, or nothing that its author may say. */
  readonly refusal?: Refusal;
}
