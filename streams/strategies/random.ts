import { sequenceMachine } from '../../machines/sequence.ts';
import { randomSequence } from '../../src/samplers/random.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

/**
 * Random search (Bergstra & Bengio 2012): independent draws from the priors. In a finite space nothing is tried twice, whoever suggested it, and
 * when all of it has been, asks are handed on.
 *
 * @example
 * chain(asha({ min: 1, max: 81 }), random())
 */
export const random = (): Strategy => stage('random', {}, (env) => drive(sequenceMachine, env, { env, core: randomSequence(env) }));
