import { type ActOptions, act } from '../act.ts';
import type { Study } from '../study.ts';

/** `hypertide close` */
export const close = (study: Study, options: ActOptions): Promise<number> =>
  act(study, { type: 'close' }, options, 'the study is closed; hypertide change reopens it');
