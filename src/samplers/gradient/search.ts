import { lowersEnough, shorter } from '../../numeric/lineSearch.ts';
import { along, descentDirection, largest } from '../../numeric/projected.ts';
import { type CurvaturePair, curvaturePair, dampedPair } from '../../numeric/quasiNewton.ts';
import type { Place } from './iterate.ts';

/** A place whose gradient is known. */
export type Sloped = Place & { readonly gradient: Float64Array };

export const isSloped = (place: Place): place is Sloped => place.gradient !== undefined;

/** A line search: the step that is tried now. */
export interface Search {
  readonly from: Sloped;
  readonly pairs: readonly CurvaturePair[];
  readonly direction: Float64Array;
  readonly steepest: boolean;
  readonly length: number;
  /** Where the step ends. */
  readonly x: Float64Array;
  /** What the slope at its start promises. */
  readonly slope: number;
}

/** A step that is shorter than this part of the range leads nowhere. */
const SHORTEST = 1e-9;

/**
 * The search from a place: a whole quasi-Newton step first; where nothing is known of the curvature, one down the steepest way.
 *
 * @param reach how far the steepest step goes along the axis on which it goes farthest
 * @returns nothing where no way leads down
 */
export function searchFrom(from: Sloped, pairs: readonly CurvaturePair[], reach: number): Search | undefined {
  const { direction, steepest } = descentDirection(from.x, from.gradient, pairs);
  const size = largest(direction);
  return size === 0 ? undefined : aim({ from, pairs, direction, steepest }, steepest ? reach / size : Math.min(1, 1 / size), reach);
}

function aim(line: Pick<Search, 'from' | 'pairs' | 'direction' | 'steepest'>, length: number, reach: number): Search | undefined {
  const { from, direction, steepest } = line;
  const { x, slope } = along(from.x, direction, length, from.gradient);
  const leads = slope < 0 && length * largest(direction) > SHORTEST;
  if (leads) return { ...line, length, x, slope };
  return steepest ? undefined : searchFrom(from, [], reach); // the curvature was misleading: it is forgotten
}

export const succeeds = ({ from, slope }: Search, loss: number, noise: number): boolean => lowersEnough(from.loss, loss, slope, noise);

/** The same search with a shorter step; after a hopeless one, down the steepest way; nothing where that was hopeless too. */
export const shortened = (search: Search, loss: number, reach: number): Search | undefined =>
  aim(search, search.length * shorter(search.from.loss, loss, search.slope), reach);

/** What the step to a place tells of the curvature. A whole quasi-Newton step d has B d = -g, so what it lets expect is known without B. */
export function pairOf({ from, direction, steepest, length }: Search, place: Sloped): CurvaturePair | undefined {
  if (steepest) return curvaturePair(from.x, place.x, from.gradient, place.gradient);
  const expected = from.gradient.map((g, k) => (direction[k] === 0 ? 0 : -length * g));
  return dampedPair(from.x, place.x, from.gradient, place.gradient, expected);
}
