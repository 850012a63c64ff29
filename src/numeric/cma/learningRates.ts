import { norm } from '../vectors.ts';
import { type Gaussian, type Matrix, whitened, withCovariance } from './gaussian.ts';

/** The learning rates of a CMA-ES, with estimates of the signal and the noise of its updates. */
export interface LearningRates {
  readonly mean: Rate;
  readonly covariance: Rate;
}
interface Rate {
  readonly rate: number;
  /** Moving averages of the updates and of their squared length, in coordinates in which the distribution is standard normal. */
  readonly average: readonly number[];
  readonly square: number;
}

/** The initial rates: updates are applied in full. */
export const fullLearningRates = (dimension: number): LearningRates => ({
  mean: { rate: 1, average: new Array<number>(dimension).fill(0), square: 0 },
  covariance: { rate: 1, average: new Array<number>(dimension * dimension).fill(0), square: 0 },
});

/** alpha, beta and gamma of the paper. */
const TARGET = 1.4;
const MEMORY = { mean: 0.1, covariance: 0.03 };
const AGILITY = 0.1;

/**
 * Scales an update of a CMA-ES by its signal-to-noise ratio, so that the default population is sufficient for multimodal and noisy problems: Nomura,
 * Akimoto & Ono, "CMA-ES with learning rate adaptation" (GECCO 2023, arXiv:2304.03473).
 *
 * @param before the distribution before the update
 * @param after the distribution after the full update
 */
export function adaptLearningRates(
  before: Gaussian,
  after: Gaussian,
  rates: LearningRates,
): { readonly law: Gaussian; readonly rates: LearningRates } {
  const mean = learnedRate(
    rates.mean,
    whitened(
      before,
      after.mean.map((m, i) => (m - before.mean[i]!) / before.sigma),
    ),
    MEMORY.mean,
  );
  const whole = scaled(before.covariance, before.sigma ** 2);
  const change = minus(scaled(after.covariance, after.sigma ** 2), whole);
  const inwards = twiceWhitened(before, scaled(change, 1 / (Math.SQRT2 * before.sigma ** 2))).flat();
  const covariance = learnedRate(rates.covariance, inwards, MEMORY.covariance);
  const partial = plus(whole, scaled(change, covariance.rate));
  const law = withCovariance(after, partial);
  const volume = Math.exp(law.lengths.reduce((sum, length) => sum + Math.log(length), 0) / law.lengths.length);
  return {
    law: {
      ...law,
      mean: before.mean.map((m, i) => m + mean.rate * (after.mean[i]! - m)),
      // A lower learning rate of the mean is compensated by a longer step.
      sigma: (volume * rates.mean.rate) / mean.rate,
      covariance: scaled(partial, 1 / volume ** 2),
      lengths: law.lengths.map((length) => length / volume),
    },
    rates: { mean, covariance },
  };
}

function learnedRate({ rate, average, square }: Rate, update: readonly number[], memory: number): Rate {
  const mean = average.map((e, i) => (1 - memory) * e + memory * update[i]!);
  const length = (1 - memory) * square + memory * norm(update) ** 2;
  const signal = norm(mean) ** 2 - (memory / (2 - memory)) * length;
  const ratio = signal / (length - norm(mean) ** 2);
  const excess = Math.min(1, Math.max(-1, ratio / (TARGET * rate) - 1));
  return { rate: Math.min(1, rate * Math.exp(Math.min(AGILITY * rate, memory) * excess)), average: mean, square: length };
}

const scaled = (a: Matrix, factor: number): Matrix => a.map((row) => row.map((x) => x * factor));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
const minus = (a: Matrix, b: Matrix): Matrix => plus(a, scaled(b, -1));
const transposed = (a: Matrix): Matrix => a.map((_, j) => a.map((row) => row[j]!));

/** C^(-1/2) A C^(-1/2) for a symmetric A. */
const twiceWhitened = (law: Gaussian, a: Matrix): Matrix =>
  transposed(a.map((row) => whitened(law, row))).map((column) => whitened(law, column));
