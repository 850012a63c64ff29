import type { CommandRefusal } from '../../study/commands.ts';

/** The operations that read much of a log. */
export const questions = ['why', 'importance', 'recommend', 'examples', 'moment', 'getReport'] as const;

/** One of them, with the fields of its request. */
export interface Question {
  readonly what: (typeof questions)[number];
  readonly trial?: number;
  readonly objective?: string;
  readonly at?: number;
  readonly x?: string;
  readonly y?: string;
}

/** Why it has no answer: its readers have gone. */
export const LEFT: CommandRefusal = { code: 'busy', message: 'its readers have gone' };
