import { sequenceMachine } from '../../machines/sequence.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { SOBOL_DIMENSIONS } from '../../src/numeric/sobol.ts';
import { sobolSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface SobolOptions {
  /** Owen's scrambling, keyed by the study's seed. Default: true. */
  readonly scramble?: boolean;
}

/**
 * Sobol points, taken through the priors: they cover the space more evenly than random ones, best where their number is a power of two.
 *
 * @throws OptionError; at subscription in a space of more than 1111 parameters
 */
export const sobol = (options: SobolOptions = {}): Strategy => {
  const { scramble = true } = options;
  if (typeof scramble !== 'boolean') throw new OptionError('sobol.scramble', 'true or false', scramble);
  return named(Object.keys(options).length ? { sobol: options } : 'sobol', (parent) => {
    const env = child(parent, 'sobol');
    if (env.axes.length > SOBOL_DIMENSIONS) {
      throw new OptionError('sobol', `a space of at most ${SOBOL_DIMENSIONS} parameters`, env.axes.length);
    }
    return drive(sequenceMachine, env, { env, core: sobolSequence(env, scramble) });
  });
};
