/** The constants of a CMA-ES, by the equations of Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv:1604.00772). */
export interface CmaParameters {
  readonly dimension: number;
  /** lambda: how many results make a generation. */
  readonly population: number;
  /** Recombination weights by rank: positive ones, which sum to 1, then the negative ones of active CMA. */
  readonly weights: readonly number[];
  /** mu_eff, the variance-effective size of the selection. */
  readonly selectionMass: number;
  /** c_sigma and d_sigma: how fast the step's path forgets, and how much it is damped. */
  readonly pathDecay: number;
  readonly damping: number;
  /** c_c, c_1 and c_mu: how fast the covariance's path forgets, and what the path and the ranks teach. */
  readonly covariancePathDecay: number;
  readonly rankOne: number;
  readonly rankMu: number;
  /** E |N(0, I)|. */
  readonly normalLength: number;
}

/** lambda by default (equation 48). */
export const defaultPopulation = (dimension: number): number => 4 + Math.floor(3 * Math.log(Math.max(1, dimension)));

/** Table 1 of the tutorial. */
export function cmaParameters(dimension: number, population: number): CmaParameters {
  const n = dimension;
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1)); // (49)
  const parents = Math.floor(population / 2);
  const selectionMass = effective(raw.slice(0, parents));
  const rankOne = 2 / ((n + 1.3) ** 2 + selectionMass); // (57)
  const rankMu = Math.min(1 - rankOne, (2 * (0.25 + selectionMass + 1 / selectionMass - 2)) / ((n + 2) ** 2 + selectionMass)); // (58)
  const pathDecay = (selectionMass + 2) / (n + selectionMass + 5); // (55)
  return {
    dimension,
    population,
    weights: weighted(raw, parents, rankOne, rankMu, n),
    selectionMass,
    pathDecay,
    damping: 1 + 2 * Math.max(0, Math.sqrt((selectionMass - 1) / (n + 1)) - 1) + pathDecay,
    covariancePathDecay: (4 + selectionMass / n) / (n + 4 + (2 * selectionMass) / n), // (56)
    rankOne,
    rankMu,
    normalLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const effective = (weights: readonly number[]): number => sum(weights) ** 2 / sum(weights.map((w) => w * w));

/** Equations 50 to 53: the negative weights are as large as keeps the covariance positive definite. */
function weighted(raw: readonly number[], parents: number, rankOne: number, rankMu: number, n: number): number[] {
  const negativeMass = effective(raw.slice(parents));
  const most = Math.min(1 + rankOne / rankMu, 1 + (2 * negativeMass) / (negativeMass + 2), (1 - rankOne - rankMu) / (n * rankMu));
  const positive = sum(raw.filter((w) => w > 0));
  const negative = -sum(raw.filter((w) => w < 0));
  return raw.map((w) => (w >= 0 ? w / positive : (Math.max(0, most) * w) / negative));
}
