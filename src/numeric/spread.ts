/** The spread within groups, such as the results of each configuration, pooled over all of them. */
export interface Spread {
  /** The sum of the squared distances to the means of the groups. */
  readonly squares: number;
  readonly freedom: number;
}

export const NO_SPREAD: Spread = { squares: 0, freedom: 0 };

/** From this many degrees of freedom on, the pooled spread is a prior for that of a group. */
const FEWEST_FREEDOMS = 3;
/** The prior counts as this many degrees of freedom. */
const WEIGHT = 4;

export const pooled = (a: Spread, b: Spread): Spread => ({ squares: a.squares + b.squares, freedom: a.freedom + b.freedom });

/** The variance of a group, which has its own spread and that of all groups as a prior; undefined if too little is known. */
export function varianceOf(own: Spread, all: Spread): Spread | undefined {
  const isPrior = all.freedom >= FEWEST_FREEDOMS;
  const squares = own.squares + (isPrior ? (WEIGHT * all.squares) / all.freedom : 0);
  const freedom = own.freedom + (isPrior ? WEIGHT : 0);
  return freedom > 0 ? { squares: squares / freedom, freedom } : undefined;
}

/** The variance of the mean of `n` results drawn without replacement from `total`: none is left if all were drawn. */
export const varianceOfMean = (variance: number, n: number, total: number): number => (variance / n) * Math.max(0, 1 - n / total);
