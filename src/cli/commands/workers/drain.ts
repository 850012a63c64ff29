import { instructing } from '../../instruct.ts';

/** `hypertide drain` */
export const drain = instructing('drain');
