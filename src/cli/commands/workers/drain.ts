import type { CommandStudy } from '../../sources/study.ts';
import { type InstructOptions, instruct } from '../../trainers/instruct.ts';

/** `hypertide drain` */
export const drain = (study: CommandStudy, words: readonly string[], options: InstructOptions): Promise<number> =>
  instruct(study, words, 'drain', options);
