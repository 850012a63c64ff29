import { instructing } from '../../instruct.ts';

/** `hypertide pause` */
export const pause = instructing('pause');
