import { instructing } from '../../trainers/instruct.ts';

/** `hypertide resume` */
export const resume = instructing('work');
