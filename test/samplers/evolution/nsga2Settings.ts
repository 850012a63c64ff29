/** The settings of `nsga2` in its tests. */
export const settings = {
  population: 100,
  generations: Number.POSITIVE_INFINITY,
  tournament: 2,
  crossover: 0.9,
  crossoverEta: 20,
  mutationEta: 20,
};
