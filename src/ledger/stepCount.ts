/**
 * How trainers count their steps. Some count from 1, others from 0, as `for epoch in range(10)` does. A trial that reports step 0 says that they
 * count from 0; one that reports its whole budget as a step, that they do not, and that step 0 was a value before any training.
 */
export class StepCount {
  #fromZero: boolean | undefined;

  /** A reported step, counted from 1, so that the last one is the budget of the trial. */
  take(step: number, budget: number | undefined): number {
    if (step === 0) this.#fromZero ??= true;
    else if (this.#fromZero && budget !== undefined && step >= budget) this.#fromZero = false;
    return this.#fromZero ? step + 1 : step;
  }
}
