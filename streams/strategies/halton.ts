import { sequenceMachine } from '../../machines/sequence.ts';
import { bool, checkOptions } from '../../src/optionRules.ts';
import { haltonSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface HaltonOptions {
  /** Random permutations of the digits, keyed by the study's seed. Default: true. */
  readonly scramble?: boolean | undefined;
}

/**
 * Halton points, taken through the priors: they cover the space more evenly than random ones, at any number of them.
 *
 * Halton, Numerische Mathematik 1960; random digit permutations after Owen 2017.
 *
 * @throws OptionError
 * @example
 * chain(take(20, halton()), bo())
 */
export const halton = (options: HaltonOptions = {}): Strategy => {
  checkOptions('halton', options, { scramble: bool });
  const { scramble = true } = options;
  return stage('halton', options, (env) => drive(sequenceMachine, env, { env, core: haltonSequence(env, scramble) }));
};
