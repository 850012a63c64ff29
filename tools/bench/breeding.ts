import { rngFor } from '../../src/numeric/random.ts';
import { geneticAlgorithm } from '../../src/samplers/evolution/ga.ts';
import { rngOfAsk } from '../../src/strategy/env.ts';
import { cpu, POPULATION, ten } from './overhead.ts';

/** Microseconds of CPU per fact that the genetic algorithm takes without an engine: the part that no engine can save. */
export function breeding(trials: number): number {
  const env = {
    axes: ten.axes,
    snap: ten.snap,
    feasible: ten.feasible,
    seed: '1',
    name: 'ga',
    objectives: ['value'],
    parallel: 1,
    trials,
    rng: rngOfAsk,
  };
  const core = geneticAlgorithm(env, {
    mode: 'steady',
    population: POPULATION,
    generations: Number.POSITIVE_INFINITY,
  });
  const noise = rngFor('breeding', 'bench', 0);
  let state = core.start;
  const start = cpu();
  for (let id = 1; id <= trials; id++) {
    const ask = { type: 'ask', id } as const;
    const { point } = core.founded(state) ? core.breed(state, ask) : core.found(state, ask);
    state = core.tell(state, { type: 'suggested', id, by: 'ga', point });
    state = core.tell(state, { type: 'ended', id, by: 'ga', point, outcome: 'completed', losses: [point[0]! + noise()] });
  }
  return (cpu() - start) / (2 * trials);
}
