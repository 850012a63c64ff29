import { sequenceChart } from '../../machines/strategies.ts';
import { latinHypercubeSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export const latinHypercubeOptions = {
  /** How many points the design has. Default: the number of trials of the study; if that is not known, ten per parameter. */
  points: optional(wholeFrom(1)),
};
export type LatinHypercubeOptions = OptionsOf<typeof latinHypercubeOptions>;

/**
 * A Latin hypercube, mapped through the priors: with n points, each parameter has one value in each of n equal slices. After the last point, it
 * hands asks on.
 *
 * Use it to cover the space evenly if you know how many points you want.
 *
 * @throws OptionError
 * @example
 * chain(latinHypercube({ points: 20 }), tpe())
 */
export const latinHypercube = (options: LatinHypercubeOptions = {}): Strategy =>
  stageOf('latinHypercube', latinHypercubeOptions, options, (env, settings) => {
    const { points = env.trials ?? 10 * env.axes.length } = settings;
    return drive(sequenceChart, sequenceCore(env, latinHypercubeSequence(env, points)), env);
  });
