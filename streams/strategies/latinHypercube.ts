import { sequenceMachine } from '../../machines/sequence.ts';
import { checkOptions, wholeFrom } from '../../src/optionRules.ts';
import { latinHypercubeSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface LatinHypercubeOptions {
  /** How many points the design has. Default: as many as the study will try; where that is not known, ten for each parameter. */
  readonly points?: number | undefined;
}

/**
 * A Latin hypercube, taken through the priors: each parameter is tried once in each of as many equal slices as there are points. After the
 * last point asks are handed on.
 *
 * @throws OptionError
 * @example
 * chain(latinHypercube({ points: 20 }), tpe())
 */
export const latinHypercube = (options: LatinHypercubeOptions = {}): Strategy => {
  checkOptions('latinHypercube', options, { points: wholeFrom(1) });
  return stage('latinHypercube', options, (env) => {
    const { points = env.trials ?? 10 * env.axes.length } = options;
    return drive(sequenceMachine, env, { env, core: latinHypercubeSequence(env, points) });
  });
};
