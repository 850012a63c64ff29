import type { TrialEvent } from '../facts/facts.ts';

/** A report of a step, or the stop after one. */
type Stepped = Extract<TrialEvent, { readonly step?: number | undefined }>;

/**
 * How trainers count their steps. Some count from 1, others from 0, as `for epoch in range(10)` does. A trial that reports step 0 says that they
 * count from 0; one that reports its whole budget as a step, that they do not, and that step 0 was a value before any training.
 */
export class StepCount {
  #fromZero: boolean | undefined;

  /** The fact with its step counted from 1, so that the last step is the budget. @param budget of its trial */
  take<F extends Stepped>(fact: F, budget: number | undefined): F {
    const { step } = fact;
    if (step === undefined) return fact;
    if (step === 0) this.#fromZero ??= true;
    else if (this.#fromZero && budget !== undefined && step >= budget) this.#fromZero = false;
    return this.#fromZero ? { ...fact, step: step + 1 } : fact;
  }
}
