import type { CommandStudy } from '../../sources/study.ts';
import { type InstructOptions, instruct } from '../../trainers/instruct.ts';

/** `hypertide pause` */
export const pause = (study: CommandStudy, words: readonly string[], options: InstructOptions): Promise<number> =>
  instruct(study, words, 'pause', options);
