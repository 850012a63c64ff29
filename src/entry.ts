/** One entry of a log. Its fact is as it was written and not yet believed: whether it counts is decided by the fold. */
export interface Entry {
  /** 1-based, without gaps. Refused entries keep theirs. */
  readonly position: number;
  /** Milliseconds since 1970 by the writer's clock, 0 where it is not known. For people; no strategy reads it. */
  readonly at: number;
  readonly fact: unknown;
}
