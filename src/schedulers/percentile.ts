import { ascending, insertSorted, rankOf } from '../numeric/sorted.ts';

/** The best losses so far of all trials, by the step at which they were reported: what a curve is compared with. */
export class Curves {
  readonly #atStep = new Map<number, number[]>();

  /** How many trials have reported at a step. */
  at(step: number): number {
    return this.#atStep.get(step)?.length ?? 0;
  }

  /** The share of trials at a step that are better than a loss. Nobody: 0. */
  shareBetter(step: number, loss: number): number {
    const losses = this.#atStep.get(step);
    if (losses === undefined) return 0;
    // Equals count half, so that a study in which all are equal stops none by the median.
    const upTo = rankOf(losses, loss, ascending);
    const below = rankOf(losses, loss, (a, b) => a <= b);
    return (below + upTo) / 2 / losses.length;
  }

  add(step: number, loss: number): void {
    const losses = this.#atStep.get(step);
    if (losses) insertSorted(losses, loss, ascending);
    else this.#atStep.set(step, [loss]);
  }
}
