import { sequenceChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { SOBOL_DIMENSIONS } from '../../src/numeric/sequences/sobol.ts';
import { sobolSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stage } from '../kernel/strategy.ts';

/**
 * Sobol points, scrambled (Owen 1995) by the seed of the study and mapped through the priors.
 *
 * Use it to cover the space more evenly than random points, best with a power of two of them.
 *
 * @throws OptionError at subscription in a space of more than 1111 parameters
 * @example
 * chain(take(16, sobol()), ga())
 */
export const sobol = (): Strategy =>
  stage('sobol', {}, (env) => {
    if (env.axes.length > SOBOL_DIMENSIONS) {
      throw new OptionError('sobol', `a space of at most ${SOBOL_DIMENSIONS} parameters`, env.axes.length);
    }
    return drive(sequenceChart, sequenceCore(env, sobolSequence(env)), env);
  });
