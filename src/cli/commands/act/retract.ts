import { type ActOptions, act, trialIn } from '../../act.ts';
import type { CommandStudy } from '../../sources/study.ts';

/** `hypertide retract` */
export async function retract(study: CommandStudy, words: readonly string[], options: ActOptions): Promise<number> {
  const trial = trialIn(words);
  return act(study, { type: 'retract', trial }, options, `the result of trial ${trial} no longer counts`);
}
