import { evolutionChart } from '../../../machines/strategies.ts';
import { StrategyError } from '../../../src/errors.ts';
import { divisionsFor } from '../../../src/numeric/pareto/referenceDirections.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import { nsga3Options, referenceSorting } from '../../../src/samplers/evolution/nsga3.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { paretoPopulation } from './nsga2.ts';

export type Nsga3Options = OptionsOf<typeof nsga3Options>;

/**
 * NSGA-III (Deb & Jain 2014), for three objectives or more; it also works with fewer. It works as `nsga2`, but from the last surviving front, it
 * prefers trials that fill the emptiest of evenly spread directions. Distances between neighbours, which `nsga2` uses, say little if most trials do
 * not dominate each other.
 *
 * Use it for three to about eight objectives with hundreds of trials. `pareto()` shows the front.
 *
 * @throws OptionError; StrategyError if `divisions` would give more than 10,000 directions
 * @example
 * optimize(space, train, { strategy: nsga3(), objectives: { loss: 'minimize', megabytes: 'minimize', milliseconds: 'minimize' }, trials: 300 })
 */
export const nsga3 = (options: Nsga3Options = {}): Strategy =>
  stageOf('nsga3', nsga3Options, options, (env, settings) => {
    limitDirections(env, settings.divisions);
    const { population = paretoPopulation(env) } = settings;
    return drive(evolutionChart, evolutionCore(env, referenceSorting(env, { ...settings, population, tournament: 2 })), env);
  });

/** More directions would take minutes for each generation, or too much memory. */
const MOST_DIRECTIONS = 10_000;

function limitDirections({ objectives: { length } }: Env, divisions = 1): void {
  const most = length === 1 ? divisions : divisionsFor(length, MOST_DIRECTIONS);
  if (divisions > most) throw new StrategyError(`nsga3: divisions must be at most ${most} with ${length} objectives, not ${divisions}`);
}
