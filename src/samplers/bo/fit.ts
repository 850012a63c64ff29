import { type FitTask, fitInOrder, type Kernels } from '../../numeric/gp/fit.ts';
import type { FeatureLayout } from '../../numeric/gp/gaps.ts';
import { addColumn, kernelFromLogs } from '../../numeric/gp/kernel.ts';
import { leaveOneOut } from '../../numeric/gp/leaveOneOut.ts';
import type { TrainingSet } from '../../numeric/gp/likelihood.ts';
import { posterior } from '../../numeric/gp/posterior.ts';
import { kendall, type Pair } from '../budgets/firstRung.ts';

/** How kernels are fitted. */
export type KernelFitOptions = Pick<FitTask, 'samples' | 'seed'>;

/** The cost of sampling a kernel, relative to finding the most probable one. */
const SAMPLE_COST = 0.5;

/** How well a kernel predicts each observed value from all others. */
interface LeftOut {
  readonly logDensity: number;
  /** Observed and predicted values. */
  readonly pairs: readonly Pair[];
}

/** Kernels fitted to a training set, starting from the previous fit. Computed when first needed, or before that in a thread. */
export class KernelFit {
  readonly #options: KernelFitOptions;
  readonly size: number;
  readonly #trainingSet: () => TrainingSet;
  readonly #previous: KernelFit | undefined;
  #result: Kernels | undefined;
  #leftOut: LeftOut | undefined;
  #agreement: number | undefined;

  constructor(options: KernelFitOptions, size: number, trainingSet: () => TrainingSet, previous: KernelFit | undefined) {
    this.#options = options;
    this.size = size;
    this.#trainingSet = trainingSet;
    this.#previous = previous;
  }

  get kernels(): Kernels {
    if (!this.#result) {
      const { task, apply } = this.remaining();
      apply(fitInOrder(task));
    }
    return this.#result!;
  }

  /**
   * The log density of the observed values that are near the lowest one, each as predicted from all others by the most probable kernel; -Infinity if
   * there is none.
   */
  get leaveOneOut(): number {
    return this.#predictedFromOthers.logDensity;
  }

  /** Kendall's tau of the observed values and what the most probable kernel predicts for each from the others; 0 if there is none. */
  get agreement(): number {
    this.#agreement ??= kendall(this.#predictedFromOthers.pairs) ?? 0;
    return this.#agreement;
  }

  get #predictedFromOthers(): LeftOut {
    this.#leftOut ??= this.#predictFromOthers();
    return this.#leftOut;
  }

  #predictFromOthers(): LeftOut {
    const [logs] = this.kernels;
    const trainingSet = this.#trainingSet();
    const { features, targets, logSlopes = new Float64Array(targets.length) } = trainingSet;
    const gp = logs && posterior(trainingSet, kernelFromLogs(addColumn(logs, features), features));
    if (!gp) return { logDensity: Number.NEGATIVE_INFINITY, pairs: [] };
    const { means, logDensities } = leaveOneOut(gp, targets);
    const logDensity = logDensities.reduce((sum, density, i) => sum + (Number.isNaN(logSlopes[i]!) ? 0 : density + logSlopes[i]!), 0);
    return { logDensity, pairs: Array.from(targets, (target, i) => [[target], [means[i]!]]) };
  }

  /** The kernels for features that may have gained a column, that of the budget, since the fit. */
  kernelsFor(features: FeatureLayout): Kernels {
    return this.kernels.map((logs) => addColumn(logs, features));
  }

  /** The approximate cost of the remaining fits, in squared numbers of observations. */
  get work(): number {
    const each = 1 + SAMPLE_COST * this.#options.samples;
    return this.#pending().reduce((sum, fit) => sum + each * fit.size ** 2, 0);
  }

  /** The remaining fits as plain data, and a function that takes their results. */
  remaining(): { readonly task: FitTask; apply(results: readonly Kernels[]): void } {
    const fits = this.#pending();
    const before = fits.length > 0 ? fits[0]!.#previous : undefined;
    return {
      task: { ...this.#options, warm: before?.kernels ?? [], steps: fits.map((fit) => fit.#trainingSet()) },
      apply: (results) => {
        for (const [i, fit] of fits.entries()) fit.#result ??= results[i]!;
      },
    };
  }

  /** What defines the fit, whether or not it has been made yet. */
  toJSON(): KernelFitOptions & { readonly size: number } {
    return { ...this.#options, size: this.size };
  }

  /** This fit and the earlier ones without a result, oldest first. */
  #pending(): KernelFit[] {
    const fits: KernelFit[] = [];
    for (let fit: KernelFit | undefined = this; fit && !fit.#result; fit = fit.#previous) fits.push(fit);
    return fits.reverse();
  }
}
