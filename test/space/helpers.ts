import { parseSpace, type Space } from '../../src/space/space.ts';
import type { Dimension } from '../../src/space/types/dimension.ts';

/** A space of one parameter, `x`. */
export const only = (dimension: Dimension): Space<{ readonly x: never }> =>
  parseSpace({ parameters: { x: dimension } }) as Space<{ readonly x: never }>;

/** The message of the SpaceError that a call throws. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && error.name === 'SpaceError') return error.message;
    throw error;
  }
  throw new Error('expected a SpaceError, got none');
}
