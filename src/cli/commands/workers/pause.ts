import { instructing } from '../../trainers/instruct.ts';

/** `hypertide pause` */
export const pause = instructing('pause');
