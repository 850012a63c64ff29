/** How much of a feature's values lie where: the cube's own measure, and an atom for where a conditional axis does not exist. */
export interface Measure {
  /** Categories, where it has them: numbered from 0, the last one for absence where there is any. 0: ordered, in [0, 1]. */
  readonly categories: number;
  /** The share of absence. */
  readonly absent: number;
}

/** What of an ordered feature a node covers: above `low`, up to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}
export const EVERYTHING: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Where coordinates stand of axes that do not exist: below all others, so that a tree can split them off. */
export const ABSENT = -1;

export function massOf({ absent }: Measure, { low, high }: Interval): number {
  const inside = Math.max(0, Math.min(1, high) - Math.max(0, low));
  return (1 - absent) * inside + (low < ABSENT && ABSENT <= high ? absent : 0);
}

/** The masses of the categories of a feature. */
export function categoryMasses({ categories, absent }: Measure): Float64Array {
  const present = absent > 0 ? categories - 1 : categories;
  return Float64Array.from({ length: categories }, (_, c) => (c < present ? (1 - absent) / present : absent));
}
