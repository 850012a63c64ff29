import { sequenceMachine } from '../../machines/sequence.ts';
import { child } from '../../src/messages.ts';
import { haltonSequence } from '../../src/samplers/lowDiscrepancy.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface HaltonOptions {
  /** Random permutations of the digits, keyed by the study's seed. Default: true. */
  readonly scramble?: boolean;
}

/** Halton points, taken through the priors: they cover the space more evenly than random ones, at any number of them. */
export const halton = (options: HaltonOptions = {}): Strategy =>
  named(Object.keys(options).length ? { halton: options } : 'halton', (parent) => {
    const env = child(parent, 'halton');
    return drive(sequenceMachine, env, { env, core: haltonSequence(env, options.scramble ?? true) });
  });
