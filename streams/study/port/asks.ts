import type { Suggestion } from '../../engine/directive.ts';

/** Whether an ask may get a suggestion. */
type Accepts<P> = (suggestion: Suggestion<P>) => boolean;

interface Waiter<P> {
  readonly accepts: Accepts<P>;
  readonly isAtWork: () => boolean;
  readonly resolve: (suggestion: Suggestion<P> | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Matches suggestions to the asks that wait for one, in order. */
export class Asks<P> {
  readonly #handed: Suggestion<P>[] = [];
  readonly #waiting = new Set<Waiter<P>>();

  /** Whether an ask that may get a trial is waiting: an ask of a paused trainer needs no decision. */
  get any(): boolean {
    for (const { isAtWork } of this.#waiting) if (isAtWork()) return true;
    return false;
  }

  /** Whether an attempt waits for an ask. */
  keeps({ trial, attempt }: Pick<Suggestion<P>, 'trial' | 'attempt'>): boolean {
    return this.#handed.some((one) => one.trial === trial && one.attempt === attempt);
  }

  /** A suggestion that waits for an ask. */
  take(accepts: Accepts<P> = () => true): Suggestion<P> | undefined {
    const at = this.#handed.findIndex(accepts);
    return at < 0 ? undefined : this.#handed.splice(at, 1)[0];
  }

  /** Waits for the next suggestion. After `giveUp` it is undefined. */
  wait(
    accepts: Accepts<P> = () => true,
    isAtWork = () => true,
  ): { readonly suggestion: Promise<Suggestion<P> | undefined>; giveUp(): void } {
    let waiter!: Waiter<P>;
    const suggestion = new Promise<Suggestion<P> | undefined>((resolve, reject) => {
      waiter = { accepts, isAtWork, resolve, reject };
    });
    this.#waiting.add(waiter);
    return {
      suggestion,
      giveUp: () => {
        if (this.#waiting.delete(waiter)) waiter.resolve(undefined);
      },
    };
  }

  /** Gives a suggestion to the longest-waiting ask that may get it. @returns whether there is one */
  offer(suggestion: Suggestion<P>): boolean {
    for (const waiter of this.#waiting) {
      if (!waiter.accepts(suggestion)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(suggestion);
      return true;
    }
    return false;
  }

  /** The same, or keeps it for the next one. */
  put(suggestion: Suggestion<P>): void {
    if (!this.offer(suggestion)) this.#handed.push(suggestion);
  }

  /** The same for a suggestion that could not be claimed: it is the next one. */
  putBack(suggestion: Suggestion<P>): void {
    if (!this.offer(suggestion)) this.#handed.unshift(suggestion);
  }

  /** Gives kept suggestions to waiting asks, after a fact that lets them get more than before. */
  match(): void {
    if (this.#waiting.size === 0 || this.#handed.length === 0) return;
    for (const suggestion of this.#handed.splice(0)) this.put(suggestion);
  }

  /** Ends all asks that wait. @param how with `error`: they fail */
  end(how: { readonly error?: unknown } = {}): void {
    for (const { resolve, reject } of this.#waiting) 'error' in how ? reject(how.error) : resolve(undefined);
    this.#waiting.clear();
  }
}
