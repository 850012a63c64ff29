import { evolutionChart } from '../../../machines/strategies.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import { nsga2Options } from '../../../src/samplers/evolution/nsga2.ts';
import { referenceSorting } from '../../../src/samplers/evolution/nsga3.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { type Nsga2Options, paretoPopulation } from './nsga2.ts';

export type Nsga3Options = Nsga2Options;

/**
 * NSGA-III (Deb & Jain 2014), for three objectives or more; it also works with fewer. It works as `nsga2`, but from the last surviving front, it
 * prefers trials that fill the emptiest of evenly spread directions. Distances between neighbours, which `nsga2` uses, say little if most trials do
 * not dominate each other.
 *
 * Use it for three to about eight objectives with hundreds of trials. `pareto()` shows the front.
 *
 * @throws OptionError
 * @example
 * optimize(space, train, { strategy: nsga3(), objectives: { loss: 'minimize', megabytes: 'minimize', milliseconds: 'minimize' }, trials: 300 })
 */
export const nsga3 = (options: Nsga3Options = {}): Strategy =>
  stageOf('nsga3', nsga2Options, options, (env, settings) => {
    const { population = paretoPopulation(env) } = settings;
    return drive(evolutionChart, evolutionCore(env, referenceSorting(env, { ...settings, population })), env);
  });
