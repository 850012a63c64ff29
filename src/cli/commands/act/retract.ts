import type { CommandStudy } from '../../../stores/study.ts';
import { type ActOptions, act, trialIn } from '../../act.ts';

/** `hypertide retract` */
export async function retract(study: CommandStudy, words: readonly string[], options: ActOptions): Promise<number> {
  const trial = trialIn(words);
  return act(study, { type: 'retract', trial }, options, `the result of trial ${trial} no longer counts`);
}
