/** Probabilities of the values of some unordered axes, with the state of their adaptive learning rate. */
export interface CategoricalDistribution {
  /** One row per axis. */
  readonly odds: readonly (readonly number[])[];
  /** Accumulated natural gradient, its expected square, and the divisor of the step: Akimoto et al., "Adaptive stochastic natural gradient" (ICML 2019). */
  readonly path: readonly number[];
  readonly expected: number;
  readonly caution: number;
}

export const categoricalDistribution = (odds: CategoricalDistribution['odds']): CategoricalDistribution => ({
  odds,
  path: odds.flatMap((row) => row.slice(1).map(() => 0)),
  expected: 0,
  caution: 1,
});

/** One value per axis, by inversion of one uniform number in [0, 1) each. */
export const valuesAt = ({ odds }: CategoricalDistribution, uniform: readonly number[]): number[] =>
  odds.map((row, a) => valueAt(row, uniform[a]!));

function valueAt(odds: readonly number[], u: number): number {
  let value = 0;
  for (let below = odds[0]!; below <= u && value < odds.length - 1; below += odds[value]!) value++;
  return value;
}

/** Steps grow if the signal exceeds the noise by this factor. */
const SIGNAL = 1.5;

/**
 * The probabilities after a generation, one step of adaptive length along the natural gradient, none below the margin: the categorical half of
 * CatCMA (Hamano et al., GECCO 2024, arXiv:2405.09962).
 *
 * @param values of each selected trial, by axis; undefined for an inactive axis
 * @param weights of the selected trials, positive
 */
export function updateCategorical(
  law: CategoricalDistribution,
  values: readonly (readonly (number | undefined)[])[],
  weights: readonly number[],
): CategoricalDistribution {
  const gradient = law.odds.map((row, a) =>
    row.map((p, k) =>
      values.reduce((sum, of, i) => {
        const value = of[a];
        return value === undefined ? sum : sum + weights[i]! * ((value === k ? 1 : 0) - p);
      }, 0),
    ),
  );
  const whitened = law.odds.flatMap((row, a) => whitenedGradient(row, gradient[a]!));
  const length = Math.hypot(...whitened);
  if (length === 0) return law;
  const step = 1 / law.caution;
  const decay = step / Math.sqrt(whitened.length);
  const path = law.path.map((s, i) => (1 - decay) * s + (Math.sqrt(decay * (2 - decay)) * whitened[i]!) / length);
  const expected = (1 - decay) ** 2 * law.expected + decay * (2 - decay);
  const strength = path.reduce((sum, s) => sum + s * s, 0);
  return {
    odds: law.odds.map((row, a) =>
      withProbabilityMargin(
        row.map((p, k) => p + (step * gradient[a]![k]!) / length),
        leastOdds(law.odds.length, row.length),
      ),
    ),
    path,
    expected,
    caution: law.caution * Math.exp(decay * (expected - strength / SIGNAL)),
  };
}

/** The gradient whitened by the root of the Fisher information, without the last value, which depends on the others. */
function whitenedGradient(odds: readonly number[], gradient: readonly number[]): number[] {
  const last = odds.at(-1)!;
  const free = gradient.slice(0, -1);
  const total = free.reduce((sum, g) => sum + g, 0);
  return free.map((g, k) => g / Math.sqrt(odds[k]!) + (Math.sqrt(odds[k]!) * total) / (last + Math.sqrt(last)));
}

/** With this minimal probability, about one draw in four differs from the most probable value on some axis. */
export const leastOdds = (axes: number, values: number): number => (values > 1 ? (1 - 0.73 ** (1 / axes)) / (values - 1) : 1);

/** Raises probabilities below the minimum to it, and lowers the others in proportion to their excess over it. */
export function withProbabilityMargin(odds: readonly number[], least: number): number[] {
  const raised = odds.map((p) => Math.max(p, least));
  const excess = raised.reduce((sum, p) => sum + p, 0) - 1;
  const over = raised.reduce((sum, p) => sum + p - least, 0);
  return over > 0 ? raised.map((p) => p - (excess * (p - least)) / over) : raised;
}
