import { instructing } from '../../trainers/instruct.ts';

/** `hypertide drain` */
export const drain = instructing('drain');
