import type { CommandStudy } from '../../../stores/study.ts';
import { type ActOptions, act, trialIn } from '../../act.ts';

/** `hypertide cancel` */
export async function cancel(study: CommandStudy, words: readonly string[], options: ActOptions): Promise<number> {
  const trial = trialIn(words);
  return act(study, { type: 'cancel', trial }, options, `trial ${trial} is stopped`, `trial ${trial} is not tried again`);
}
