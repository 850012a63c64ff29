import { sequenceMachine } from '../../machines/sequence.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { latinHypercubeSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface LatinHypercubeOptions {
  /** How many points the design has. Default: as many as the study will try; where that is not known, ten for each parameter. */
  readonly points?: number;
}

/**
 * A Latin hypercube, taken through the priors: each parameter is tried once in each of as many equal slices as there are points. After the
 * last point asks are handed on.
 *
 * @throws OptionError
 */
export const latinHypercube = (options: LatinHypercubeOptions = {}): Strategy => {
  const { points } = options;
  if (points !== undefined && !(Number.isSafeInteger(points) && points >= 1)) {
    throw new OptionError('latinHypercube.points', 'a whole number of at least 1', points);
  }
  return named(Object.keys(options).length ? { latinHypercube: options } : 'latinHypercube', (parent) => {
    const env = child(parent, 'latinHypercube');
    const size = points ?? env.trials ?? 10 * env.axes.length;
    return drive(sequenceMachine, env, { env, core: latinHypercubeSequence(env, size) });
  });
};
