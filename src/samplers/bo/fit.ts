import { type FitTask, fitInTurn, type Kernels } from '../../numeric/gp/fit.ts';
import type { FeatureLayout } from '../../numeric/gp/gaps.ts';
import { widened } from '../../numeric/gp/kernel.ts';
import type { Observations } from '../../numeric/gp/likelihood.ts';

/** How kernels are fitted. */
export type Fitting = Pick<FitTask, 'samples' | 'seed' | 'bending'>;

/** To draw a kernel costs about this much of what it costs to find the most probable one. */
const SAMPLE = 0.5;

/** A kernel for so many observations, fitted from where the fit before ended: when it is first needed, or elsewhere before that. */
export class Fit {
  readonly #how: Fitting;
  readonly #size: number;
  readonly #observations: () => Observations;
  readonly #before: Fit | undefined;
  #made: { readonly kernels: Kernels } | undefined;

  constructor(how: Fitting, size: number, observations: () => Observations, before: Fit | undefined) {
    this.#how = how;
    this.#size = size;
    this.#observations = observations;
    this.#before = before;
  }

  get kernels(): Kernels {
    if (!this.#made) {
      const { task, apply } = this.remaining();
      apply(fitInTurn(task));
    }
    return this.#made!.kernels;
  }

  /** The kernels, for features that may have got a column since, for the budget. */
  kernelsFor(features: FeatureLayout): Kernels {
    return this.kernels.map((logs) => widened(logs, features, this.#how.bending));
  }

  /** Roughly what is left to do, in squares of the numbers of observations. */
  get work(): number {
    const each = (1 + SAMPLE * this.#how.samples) * (this.#how.bending ? 2 : 1);
    return this.#unmade().reduce((sum, fit) => sum + each * fit.#size ** 2, 0);
  }

  /** What is left to do, as data, and what takes in what came of it. */
  remaining(): { readonly task: FitTask; apply(results: readonly Kernels[]): void } {
    const fits = this.#unmade();
    const before = fits.length > 0 ? fits[0]!.#before : undefined;
    return {
      task: { ...this.#how, warm: before?.kernels ?? [], steps: fits.map((fit) => fit.#observations()) },
      apply: (results) => {
        for (const [i, fit] of fits.entries()) fit.#made ??= { kernels: results[i]! };
      },
    };
  }

  /** What defines the fit, whether or not it has been made yet. */
  toJSON(): Fitting & { readonly size: number } {
    return { ...this.#how, size: this.#size };
  }

  /** This one and those before it that have not been made, from the first on. */
  #unmade(): Fit[] {
    const fits: Fit[] = [];
    for (let fit: Fit | undefined = this; fit && !fit.#made; fit = fit.#before) fits.push(fit);
    return fits.reverse();
  }
}
