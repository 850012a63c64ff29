import { evolutionMachine } from '../../../machines/evolution.ts';
import { nsga3Options, referenceSorting } from '../../../src/samplers/evolution/nsga3.ts';
import { type OptionsOf, resolveOptions } from '../../../src/schema/optionSet.ts';
import { drive, type Strategy, stage } from '../../strategy.ts';
import { paretoPopulation } from './nsga2.ts';

export type Nsga3Options = OptionsOf<typeof nsga3Options>;

/**
 * NSGA-III (Deb & Jain 2014), for three objectives or more; it also works with fewer. It is `nsga2`, except that within the last front that survives,
 * trials are preferred that fill the emptiest of evenly spread directions. Distances between neighbours, which `nsga2` uses, say little if most
 * trials do not dominate each other.
 *
 * Use it for three to about eight objectives with hundreds of trials. `pareto()` shows the front.
 *
 * @throws OptionError
 * @example
 * optimize(space, train, { strategy: nsga3(), objectives: { loss: 'minimize', megabytes: 'minimize', milliseconds: 'minimize' }, trials: 300 })
 */
export function nsga3(options: Nsga3Options = {}): Strategy {
  const settings = resolveOptions('nsga3', nsga3Options, options);
  return stage('nsga3', options, (env) => {
    const { population = paretoPopulation(env) } = settings;
    return drive(evolutionMachine, env, { env, core: referenceSorting(env, { ...settings, population, tournament: 2 }) });
  });
}
