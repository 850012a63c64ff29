import { type ActOptions, act, trialIn } from '../act.ts';
import type { Study } from '../study.ts';

/** `hypertide retract` */
export async function retract(study: Study, words: readonly string[], options: ActOptions): Promise<number> {
  const trial = trialIn(words);
  return act(study, { type: 'retract', trial }, options, `the result of trial ${trial} no longer counts`);
}
