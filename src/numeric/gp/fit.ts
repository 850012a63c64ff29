import { lbfgsb } from '../descent/lbfgsb.ts';
import { rngFor } from '../random.ts';
import { sliceStep } from '../slice.ts';
import { addColumn } from './kernel.ts';
import { negativeLogPosterior, type TrainingSet } from './likelihood.ts';

const log = Math.log;
/** The bounds of one scale, and of sigma^2, tau^2, the sharpness and the noise. */
const BOUNDS = {
  scale: [log(1e-4), log(1e3)],
  shared: [
    [log(1e-2), log(1e3)],
    [log(1e-3), log(1e3)],
    [log(1e-2), log(1e2)],
    [log(1e-6), log(2)],
  ],
} as const;

const COLD_START = [log(0.5), log(0.5), log(1), log(0.01)];
const COLD_EVALUATIONS = 60;
const WARM_EVALUATIONS = 20;

const filled = (count: number, value: number) => new Array<number>(count).fill(value);

/** The start and the bounds of the search for a kernel's parameters. */
function searchBox({ width }: TrainingSet['features']) {
  const side = (k: 0 | 1) => [...filled(width, BOUNDS.scale[k]), ...BOUNDS.shared.map((bounds) => bounds[k])];
  return { start: [...filled(width, 0), ...COLD_START], lower: side(0), upper: side(1) };
}

/**
 * The most probable parameters of the kernel, as logs (maximum a posteriori).
 *
 * @param warm where to start: the parameters of an earlier fit save most of the work
 * @returns undefined if no kernel could be evaluated
 */
export function fitKernel(observations: TrainingSet, warm?: Float64Array): Float64Array | undefined {
  const { start, lower, upper } = searchBox(observations.features);
  const found = lbfgsb(negativeLogPosterior(observations), warm ?? start, {
    lower,
    upper,
    evaluations: warm ? WARM_EVALUATIONS : COLD_EVALUATIONS,
    gradientTolerance: 1e-2,
    valueTolerance: 1e-6,
  });
  return Number.isFinite(found.value) ? found.x : undefined;
}

/** Steps of the chain between two samples, and before the first sample of a new chain. */
const CHAIN_STEPS = { between: 4, first: 20 };

/**
 * Samples parameters from their posterior distribution, by slice sampling (Snoek, Larochelle & Adams 2012, section 3.1).
 *
 * @param from the start of the chain
 * @param continues whether it is the last sample of an earlier chain
 */
function sampleKernels(observations: TrainingSet, { samples, seed }: FitTask, from: Float64Array, continues: boolean): Float64Array[] {
  const { lower, upper } = searchBox(observations.features);
  const f = negativeLogPosterior(observations);
  const within = (x: Float64Array) => x.every((value, i) => value >= lower[i]! && value <= upper[i]!);
  const logDensity = (x: Float64Array) => (within(x) ? -f(x) : -Infinity);
  const rng = rngFor(seed, 'kernels', observations.size);
  let at = from;
  return Array.from({ length: samples }, (_, k) => {
    const steps = k === 0 && !continues ? CHAIN_STEPS.first : CHAIN_STEPS.between;
    for (let step = 0; step < steps; step++) at = sliceStep(logDensity, at, 1, rng);
    return at;
  });
}

/** The log parameters of kernels: the most probable one, then samples; empty if none could be fitted. */
export type Kernels = readonly Float64Array[];

/** A series of fits, each starting from the one before, as plain data that can be sent to a thread. */
export interface FitTask {
  readonly warm: Kernels;
  readonly steps: readonly TrainingSet[];
  /** How many kernels are drawn in addition to the most probable one. */
  readonly samples: number;
  /** The seed of the samples. */
  readonly seed: string;
}

/** The kernels after each step. A step at which no kernel can be evaluated keeps the previous ones. */
export function fitInOrder(task: FitTask): Kernels[] {
  let kernels = task.warm;
  return task.steps.map((observations) => {
    kernels = kernels.map((logs) => addColumn(logs, observations.features));
    const best = fitKernel(observations, kernels[0]);
    const last = kernels.length > 1 ? kernels.at(-1) : undefined;
    if (best) kernels = [best, ...(task.samples > 0 ? sampleKernels(observations, task, last ?? best, last !== undefined) : [])];
    return kernels;
  });
}
