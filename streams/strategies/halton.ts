import { sequenceChart } from '../../machines/strategies.ts';
import { haltonSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { bool } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export const haltonOptions = {
  /** Whether the digits are randomly permuted, keyed by the seed of the study. Default: true. */
  scramble: optional(bool, true),
};
export type HaltonOptions = OptionsOf<typeof haltonOptions>;

/**
 * Halton points (Halton, Numerische Mathematik 1960; random digit permutations after Owen 2017), mapped through the priors.
 *
 * Use it to cover the space more evenly than random points, with any number of them.
 *
 * @throws OptionError
 * @example
 * chain(take(20, halton()), bo())
 */
export const halton = (options: HaltonOptions = {}): Strategy =>
  stageOf('halton', haltonOptions, options, (env, { scramble }) =>
    drive(sequenceChart, sequenceCore(env, haltonSequence(env, scramble)), env),
  );
