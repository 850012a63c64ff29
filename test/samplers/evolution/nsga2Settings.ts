/** The settings of `nsga2` in its tests. */
export const settings = { population: 100, generations: Number.POSITIVE_INFINITY };
