import { sequenceMachine } from '../../machines/sequence.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { haltonSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface HaltonOptions {
  /** Random permutations of the digits, keyed by the study's seed. Default: true. */
  readonly scramble?: boolean;
}

/**
 * Halton points, taken through the priors: they cover the space more evenly than random ones, at any number of them.
 *
 * @throws OptionError
 */
export const halton = (options: HaltonOptions = {}): Strategy => {
  const { scramble = true } = options;
  if (typeof scramble !== 'boolean') throw new OptionError('halton.scramble', 'true or false', scramble);
  return named(Object.keys(options).length ? { halton: options } : 'halton', (parent) => {
    const env = child(parent, 'halton');
    return drive(sequenceMachine, env, { env, core: haltonSequence(env, scramble) });
  });
};
