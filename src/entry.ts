/** One entry of a log. `fact` is as it was written, not yet believed: whether it counts is decided by the fold alone. */
export interface Entry {
  /** 1-based, without gaps; entries that do not count have one too. */
  readonly position: number;
  /** Milliseconds since 1970 by the writer's clock. For people and limits; no strategy reads it. */
  readonly at: number;
  readonly fact: unknown;
}
