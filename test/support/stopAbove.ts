import { defineStrategy, type Strategy } from '../../streams/core.ts';

/** Stops each trial that reports a loss above a limit, from a step on. */
export const stopAbove = (limit: number, from = 1): Strategy =>
  defineStrategy<string | undefined>({
    name: 'stopAbove',
    init: () => undefined,
    tell: (_, told) => (told.type === 'reported' && told.step >= from && told.losses[0]! > limit ? `it is above ${limit}` : undefined),
    stop: (why) => why,
  });
