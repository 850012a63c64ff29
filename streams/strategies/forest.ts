import { surrogateChart } from '../../machines/strategies.ts';
import { forestOptions, forestSurrogate } from '../../src/samplers/forest/forest.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import type { OptionsOf } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';
import { oneObjective } from '../operators/oneObjective.ts';

export type ForestOptions = OptionsOf<typeof forestOptions>;

/**
 * Bayesian optimisation with a random forest (SMAC; Hutter, Hoos & Leyton-Brown, LION 2011), for one objective.
 *
 * Use it if many parameters are choices or conditional, or if the loss jumps.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives
 * @example
 * forest({ random: 0.2 })
 */
export const forest = (options: ForestOptions = {}): Strategy =>
  stageOf('forest', forestOptions, options, (env, settings) => {
    oneObjective(env, 'forest models');
    return drive(surrogateChart, surrogateCore(env, forestSurrogate(env, settings)), env);
  });
