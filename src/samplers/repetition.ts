import type { Ended } from '../messages.ts';
import type { Axis, Point } from '../space/axis.ts';
import { separation } from './bo/plateau.ts';

/** Results no further apart than this, in the coordinate where they differ most, are neighbours. */
const NEAR = 0.25;
/** So many of the last proposals of a model are looked at. */
const WINDOW = 10;
/** A model that only repeated itself is asked again now and then. */
const MOST = 0.95;

interface Result {
  readonly point: Point;
  readonly loss: number;
  readonly budget: number;
}

/**
 * How often a model proposed what was known: its result is exactly that of its nearest neighbour, as where parameters act in steps. Where
 * losses are smooth or noisy, never. At low budgets proposals are many, and repetitions would take the places of others in the rungs.
 */
export class Repetition {
  readonly #axes: readonly Axis[];
  readonly #results: Result[] = [];
  /** Of the last proposals of the model, whether each was a repetition. */
  readonly #last: boolean[] = [];

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  /** @param modelled whether the trial was proposed by the model. */
  take({ point, losses, budget, resumes }: Ended, modelled: boolean): void {
    const loss = losses?.[0];
    if (loss === undefined || budget === undefined || resumes !== undefined) return;
    const result = { point, loss, budget };
    if (modelled) {
      this.#last.push(this.#repeats(result));
      if (this.#last.length > WINDOW) this.#last.shift();
    }
    this.#results.push(result);
  }

  /** How often something else should be proposed: always but for now and then, once half of what the model proposed was known. */
  get tedium(): number {
    return Math.min(MOST, (2 * this.#last.filter(Boolean).length) / WINDOW);
  }

  #repeats({ point, loss, budget }: Result): boolean {
    return this.#results.some(
      (other) => other.loss === loss && other.budget === budget && separation(this.#axes, point, other.point) <= NEAR,
    );
  }
}
