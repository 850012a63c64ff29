import { surrogateMachine } from '../../machines/surrogate.ts';
import type { Loose } from '../../src/omitUndefined.ts';
import { checkOptions, positive, wholeFrom } from '../../src/optionRules.ts';
import { type TpeSettings, tpeSurrogate } from '../../src/samplers/tpe/tpe.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type TpeOptions = Loose<Partial<TpeSettings>>;

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
  checkOptions('tpe', options, { startup: wholeFrom(1), candidates: wholeFrom(1), priorWeight: positive });
  const { startup = 10, candidates = 24, priorWeight = 1 } = options;
  const settings = { startup, candidates, priorWeight };
  return stage('tpe', options, (env) => drive(surrogateMachine, env, { env, core: tpeSurrogate(env, settings) }));
};
