import { instructing } from '../../instruct.ts';

/** `hypertide resume` */
export const resume = instructing('work');
