import { sequenceChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { SOBOL_DIMENSIONS } from '../../src/numeric/sequences/sobol.ts';
import { sobolSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { bool } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export const sobolOptions = {
  /** Whether the points are scrambled (Owen 1995), keyed by the seed of the study. Default: true. */
  scramble: optional(bool, true),
};
export type SobolOptions = OptionsOf<typeof sobolOptions>;

/**
 * Sobol points, mapped through the priors.
 *
 * Use it to cover the space more evenly than random points, best with a power of two of them.
 *
 * @throws OptionError; at subscription in a space of more than 1111 parameters
 * @example
 * chain(take(16, sobol()), ga())
 */
export const sobol = (options: SobolOptions = {}): Strategy =>
  stageOf('sobol', sobolOptions, options, (env, { scramble }) => {
    if (env.axes.length > SOBOL_DIMENSIONS) {
      throw new OptionError('sobol', `a space of at most ${SOBOL_DIMENSIONS} parameters`, env.axes.length);
    }
    return drive(sequenceChart, sequenceCore(env, sobolSequence(env, scramble)), env);
  });
