import { surrogateChart } from '../../machines/strategies.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import { tpeOptions, tpeSurrogate } from '../../src/samplers/tpe/tpe.ts';
import type { OptionsOf } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export type TpeOptions = OptionsOf<typeof tpeOptions>;

/**
 * The tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), jointly over all parameters that exist together. It learns from all trials,
 * including stopped and infeasible ones and those of other strategies, and avoids points near open trials. With several objectives it ranks by non-domination.
 * From 4000 trials on, a sample of the older ones that are not among the best stands for all of them, so that suggestions stay fast.
 *
 * Use it for many trials, many parameters, choices and conditions: it is fast.
 *
 * @throws OptionError
 * @example
 * chain(asha({ min: 1, max: 81 }), tpe())
 */
export const tpe = (options: TpeOptions = {}): Strategy =>
  stageOf('tpe', tpeOptions, options, (env, settings) => drive(surrogateChart, surrogateCore(env, tpeSurrogate(env, settings)), env));
