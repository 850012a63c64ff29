import { powerTransform, shiftedLog, standardise, withoutExtremes } from '../../numeric/outcomeTransform.ts';
import type { KernelFit } from './fit.ts';
import type { QuantityObservations, TransformFitter } from './observations.ts';

/** The transforms of the losses, of which each suggestion uses one. */
export interface TransformChoice {
  readonly transforms: readonly TransformFitter[];
  /** The index of the transform for the n-th suggestion. */
  choose(losses: QuantityObservations, n: number): number;
}

/** A transform with a smaller share is left out. */
const MIN_SHARE = 0.05;
/** Losses are taken to be rounded if fewer of them are distinct. */
const MIN_DISTINCT = 0.9;
/** The golden ratio: the fractions of its multiples are spread evenly, however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The share of suggestions for each transform. The evidence for one is how well its model predicts each result that is not far above the lowest one from
 * all others, in the units of the losses. Neighbouring results have similar errors, so the log density of n results is divided by the root of n.
 */
export function transformShares(fits: readonly Pick<KernelFit, 'leaveOneOut' | 'size'>[]): readonly number[] {
  const evidence = fits.map(({ leaveOneOut, size }) => leaveOneOut / Math.sqrt(size));
  const most = Math.max(...evidence);
  const likely = shares(evidence.map((e) => (e === most ? 1 : Math.exp(e - most))));
  return shares(likely.map((share) => (share < MIN_SHARE ? 0 : share)));
}

function shares(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

const isRounded = ({ observed }: QuantityObservations): boolean => {
  const values = observed.toArray().map(({ value }) => value);
  return new Set(values).size < MIN_DISTINCT * values.length;
};

const alternate = (n: number): number => n % 2;

/** Alternates between two transforms, as their errors differ. */
export const alternating = (far: number): TransformChoice => ({
  transforms: [standardise, powerTransform].map((fit) => withoutExtremes(fit, far)),
  choose: (_, n) => alternate(n),
});

/** A log needs no limit for bad losses, from which a model learns where good ones are; only training that diverged would hide all others. */
const DIVERGED = 1e6;

/**
 * Which transform a Gaussian process fits best depends on the problem: losses may have a long tail, or span orders of magnitude. Where losses are
 * rounded, such as error rates on few examples, differences between the lowest ones are luck, which a log would magnify.
 *
 * @param far see `withoutExtremes`
 */
export const byEvidence = (far: number): TransformChoice => ({
  transforms: [
    ...alternating(far).transforms,
    ...[1, 0.1].map((share) => withoutExtremes((values) => shiftedLog(values, share), DIVERGED, far)),
  ],
  choose(losses, n) {
    if (isRounded(losses)) return alternate(n);
    const place = (n * GOLDEN) % 1;
    let sum = 0;
    const chosen = transformShares(losses.fits).findIndex((share) => {
      sum += share;
      return place < sum;
    });
    return Math.max(0, chosen);
  },
});
