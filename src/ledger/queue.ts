import type { Params } from '../facts/facts.ts';
import type { Fixed } from '../space/fixed.ts';

/** How many configurations may wait each for one ask. */
export const MOST_RESERVED = 64;

/** An enqueued configuration. */
export interface Queued<P> {
  /** Of its fact. */
  readonly position: number;
  /** With the missing ones drawn. */
  readonly params: P;
  /** The given parameters, if the strategy chooses the rest. */
  readonly fixed: Fixed | undefined;
  /** The ask that it is for. Default: any. */
  readonly for: string | undefined;
}

/** The enqueued configurations that no trial has yet, in their order. */
export class Queue<P = Params> {
  readonly #entries = new Map<number, Queued<P>>();
  #reserved = 0;

  get size(): number {
    return this.#entries.size;
  }
  /** How many are each for one ask. */
  get reserved(): number {
    return this.#reserved;
  }

  add(entry: Queued<P>): void {
    this.#entries.set(entry.position, entry);
    if (entry.for !== undefined) this.#reserved++;
  }

  /** A trial serves the entry of a position. */
  serve(position: number): void {
    if (this.#entries.get(position)?.for !== undefined) this.#reserved--;
    this.#entries.delete(position);
  }

  /** The first entry. @param isFull whether no suggestion for others may begin: then the first one that is for an ask */
  next(isFull: boolean): Queued<P> | undefined {
    for (const entry of this.#entries.values()) if (!isFull || entry.for !== undefined) return entry;
    return undefined;
  }

  /** The entry for an ask. */
  for(ask: string): Queued<P> | undefined {
    return [...this.#entries.values()].find((entry) => entry.for === ask);
  }
}
