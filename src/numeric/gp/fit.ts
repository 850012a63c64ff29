import { lbfgsb } from '../lbfgsb.ts';
import { rngFor } from '../random.ts';
import { sliceStep } from '../slice.ts';
import { addColumn } from './kernel.ts';
import { negativeLogPosterior, type TrainingSet } from './likelihood.ts';

const log = Math.log;
/** Of one scale; then of sigma^2, tau^2, the sharpness and the noise; then of how one coordinate is bent. */
const BOUNDS = {
  scale: [log(1e-4), log(1e3)],
  shared: [
    [log(1e-2), log(1e3)],
    [log(1e-3), log(1e3)],
    [log(1e-2), log(1e2)],
    [log(1e-6), log(2)],
  ],
  warp: [log(1 / 8), log(8)],
} as const;

const COLD_START = [log(0.5), log(0.5), log(1), log(0.01)];
const COLD_EVALUATIONS = 60;
const WARM_EVALUATIONS = 20;

const filled = (count: number, value: number) => new Array<number>(count).fill(value);

/** Where a kernel's parameters begin, and between what they lie. */
function searchBox({ width, ordered }: TrainingSet['features'], bending: boolean) {
  const warps = bending ? 2 * ordered : 0;
  const side = (k: 0 | 1) => [
    ...filled(width, BOUNDS.scale[k]),
    ...BOUNDS.shared.map((bounds) => bounds[k]),
    ...filled(warps, BOUNDS.warp[k]),
  ];
  return { start: [...filled(width, 0), ...COLD_START, ...filled(warps, 0)], lower: side(0), upper: side(1) };
}

/**
 * The most probable parameters of the kernel, as logarithms (maximum a posteriori).
 *
 * @param warm where to start; the parameters of a fit to fewer observations save most of the work
 * @param bending whether coordinates are bent
 * @returns undefined where no kernel could be evaluated
 */
export function fitKernel(observations: TrainingSet, warm?: Float64Array, bending = false): Float64Array | undefined {
  const { start, lower, upper } = searchBox(observations.features, bending);
  const found = lbfgsb(negativeLogPosterior(observations, bending), warm ?? start, {
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
 * Parameters drawn from their posterior distribution, by slice sampling (Snoek, Larochelle & Adams 2012, section 3.1).
 *
 * @param from where the chain begins
 */
function sampleKernels(observations: TrainingSet, { samples, seed, warp }: FitTask, from: Float64Array, goesOn: boolean): Float64Array[] {
  const { lower, upper } = searchBox(observations.features, warp);
  const f = negativeLogPosterior(observations, warp);
  const within = (x: Float64Array) => x.every((value, i) => value >= lower[i]! && value <= upper[i]!);
  const logDensity = (x: Float64Array) => (within(x) ? -f(x) : -Infinity);
  const rng = rngFor(seed, 'kernels', observations.size);
  let at = from;
  return Array.from({ length: samples }, (_, k) => {
    const steps = k === 0 && !goesOn ? CHAIN_STEPS.first : CHAIN_STEPS.between;
    for (let step = 0; step < steps; step++) at = sliceStep(logDensity, at, 1, rng);
    return at;
  });
}

/** The logarithms of a kernel's parameters: the most probable, then samples; empty where none could be fitted. */
export type Kernels = readonly Float64Array[];

/** Fits that begin where the ones before ended; plain data, so that a thread can be handed it. */
export interface FitTask {
  readonly warm: Kernels;
  readonly steps: readonly TrainingSet[];
  /** How many kernels are drawn in addition to the most probable one. */
  readonly samples: number;
  /** Of the draws. */
  readonly seed: string;
  /** Whether coordinates are bent. */
  readonly warp: boolean;
}

/** What each step came to. One at which no kernel can be evaluated changes nothing. */
export function fitInOrder(task: FitTask): Kernels[] {
  let kernels = task.warm;
  return task.steps.map((observations) => {
    kernels = kernels.map((logs) => addColumn(logs, observations.features, task.warp));
    const best = fitKernel(observations, kernels[0], task.warp);
    const last = kernels.length > 1 ? kernels.at(-1) : undefined;
    if (best) kernels = [best, ...(task.samples > 0 ? sampleKernels(observations, task, last ?? best, last !== undefined) : [])];
    return kernels;
  });
}
