import type { CommandStudy } from '../../sources/study.ts';
import { type InstructOptions, instruct } from '../../trainers/instruct.ts';

/** `hypertide resume` */
export const resume = (study: CommandStudy, words: readonly string[], options: InstructOptions): Promise<number> =>
  instruct(study, words, 'work', options);
