/**
 * Tune a solver on instances of its problem: simulated annealing, on 60 travelling salesmen. No single instance tells which parameters are good, and the
 * mean over all of them is expensive.
 */
import { choice, each, float, optimize, space } from 'hypertide';
import { type Annealing, instance, solve } from './tours.ts';

const annealing = space({
  heat: float(0.01, 10, { log: true }),
  cooling: float(1e-4, 1, { log: true }),
  reversals: float(0, 1),
  reach: float(0.02, 1, { log: true }),
  start: choice(['greedy', 'given']),
});
const names = Array.from({ length: 60 }, (_, i) => `tour ${i}`);

let runs = 0;
const relativeLength = each(names, (params: Annealing, name) => {
  runs++;
  return solve(params, instance(name), `moves of ${name}`); // the same luck for each configuration: differences have less noise
});
const { best } = await optimize(annealing, relativeLength, { objectives: { length: 'minimize' }, trials: 60, seed: 1 }).result();
console.log(`${runs} runs of the solver; 60 trials on all instances would need ${60 * names.length}`);
console.log(best?.params, `solve ${best?.examples} instances:`, best?.values);

/** The mean length on instances that the study has not used. */
const elsewhere = (params: Annealing) => {
  const others = Array.from({ length: 60 }, (_, i) => `another tour ${i}`);
  return others.reduce((sum, name) => sum + solve(params, instance(name), `moves of ${name}`), 0) / others.length;
};
const textbook = { heat: 1, cooling: 0.01, reversals: 1, reach: 1, start: 'given' } as const;
console.log(`on other instances: ${elsewhere(best!.params).toFixed(3)}, a guess ${elsewhere(textbook).toFixed(3)}`);
