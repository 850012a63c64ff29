import { sequenceChart } from '../../machines/strategies.ts';
import { randomSequence } from '../../src/samplers/random.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stage } from '../kernel/strategy.ts';

/**
 * Random search (Bergstra & Bengio 2012): independent draws from the priors.
 *
 * Use it as a baseline, or to fill in after another strategy.
 *
 * In a finite space it tries no configuration twice, whichever strategy suggested it. When all have been tried, it hands asks on.
 *
 * @example
 * chain(asha({ min: 1, max: 81 }), random())
 */
export const random = (): Strategy => stage('random', {}, (env) => drive(sequenceChart, sequenceCore(env, randomSequence(env)), env));
