import type { CommandStudy } from '../../../stores/study.ts';
import { type ActOptions, act } from '../../act.ts';

/** `hypertide close` */
export const close = (study: CommandStudy, options: ActOptions): Promise<number> =>
  act(study, { type: 'close' }, options, 'the study is closed; hypertide change reopens it');
