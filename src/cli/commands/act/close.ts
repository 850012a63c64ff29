import { type ActOptions, act } from '../../act.ts';
import type { CommandStudy } from '../../sources/study.ts';

/** `hypertide close` */
export const close = (study: CommandStudy, options: ActOptions): Promise<number> =>
  act(study, { type: 'close' }, options, 'the study is closed; hypertide change reopens it');
