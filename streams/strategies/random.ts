import { sequenceMachine } from '../../machines/sequence.ts';
import { child } from '../../src/messages.ts';
import { randomSequence } from '../../src/samplers/random.ts';
import { drive, named, type Strategy } from '../strategy.ts';

/**
 * Random search (Bergstra & Bengio 2012): independent draws from the priors. In a finite space nothing is tried twice, whoever suggested it, and
 * when all of it has been, asks are handed on.
 */
export const random = (): Strategy =>
  named('random', (parent) => {
    const env = child(parent, 'random');
    return drive(sequenceMachine, env, { env, core: randomSequence(env) });
  });
