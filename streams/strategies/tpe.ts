import { surrogateMachine } from '../../machines/surrogate.ts';
import { type OptionsOf, settle } from '../../src/optionSet.ts';
import { tpeOptions, tpeSurrogate } from '../../src/samplers/tpe/tpe.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type TpeOptions = OptionsOf<typeof tpeOptions>;

/**
 * The tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), jointly over all parameters that exist together: cheap, at home with
 * choices and conditions, and good with many trials. It learns from all trials, whoever suggested them, stopped and infeasible ones included;
 * open ones repel. With several objectives it ranks by non-domination.
 *
 * @throws OptionError
 * @example
 * chain(asha({ min: 1, max: 81 }), tpe())
 */
export const tpe = (options: TpeOptions = {}): Strategy => {
  const settings = settle('tpe', tpeOptions, options);
  return stage('tpe', options, (env) => drive(surrogateMachine, env, { env, core: tpeSurrogate(env, settings) }));
};
