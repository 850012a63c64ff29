import { lbfgsb } from '../lbfgsb.ts';
import { negativeLogPosterior, type Observations } from './likelihood.ts';

const log = Math.log;
/** Of one scale; then of sigma^2, tau^2, the sharpness and the noise. */
const BOUNDS = {
  scale: [log(1e-4), log(1e3)],
  shared: [
    [log(1e-2), log(1e3)],
    [log(1e-3), log(1e3)],
    [log(1e-2), log(1e2)],
    [log(1e-6), log(2)],
  ],
} as const;

const COLD = [log(0.5), log(0.5), log(1), log(0.01)];
const COLD_EVALUATIONS = 60;
const WARM_EVALUATIONS = 20;

/** The logarithms of a kernel's parameters, where one could be fitted. */
export type Logs = Float64Array | undefined;

/**
 * The most probable parameters of the kernel, as logarithms (maximum a posteriori).
 *
 * @param warm where to start; the parameters of a fit to fewer observations save most of the work
 * @returns undefined where no kernel could be evaluated
 */
export function fitKernel(observations: Observations, warm?: Float64Array): Logs {
  const { width } = observations.features;
  const scales = (value: number) => new Array<number>(width).fill(value);
  const found = lbfgsb(negativeLogPosterior(observations), warm ?? [...scales(0), ...COLD], {
    lower: [...scales(BOUNDS.scale[0]), ...BOUNDS.shared.map(([low]) => low)],
    upper: [...scales(BOUNDS.scale[1]), ...BOUNDS.shared.map(([, high]) => high)],
    evaluations: warm ? WARM_EVALUATIONS : COLD_EVALUATIONS,
    gradientTolerance: 1e-2,
    valueTolerance: 1e-6,
  });
  return Number.isFinite(found.value) ? found.x : undefined;
}

/** Fits that begin where the ones before ended; plain data, so that a thread can be handed it. */
export interface FitTask {
  readonly warm: Logs;
  readonly steps: readonly Observations[];
}

/** What each step came to. One at which no kernel can be evaluated changes nothing. */
export function fitInTurn({ warm, steps }: FitTask): Logs[] {
  let logs = warm;
  return steps.map((observations) => {
    logs = fitKernel(observations, logs) ?? logs;
    return logs;
  });
}
