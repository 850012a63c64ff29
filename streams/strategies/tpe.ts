import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { type TpeSettings, tpeSurrogate } from '../../src/samplers/tpe.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export type TpeOptions = Partial<TpeSettings>;

const DEFAULTS: TpeSettings = { startup: 10, candidates: 24, priorWeight: 1 };

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
  const settings = { ...DEFAULTS, ...options };
  for (const [option, value] of Object.entries(settings)) {
    const whole = option !== 'priorWeight';
    if (!(value > 0 && (whole ? Number.isSafeInteger(value) : Number.isFinite(value)))) {
      throw new OptionError(`tpe.${option}`, whole ? 'a whole number from 1 on' : 'a number above 0', value);
    }
  }
  return named(Object.keys(options).length ? { tpe: options } : 'tpe', (parent) => {
    const env = child(parent, 'tpe');
    return drive(surrogateMachine, env, { env, core: tpeSurrogate(env, settings) });
  });
};
