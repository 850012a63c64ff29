import { SpaceError } from '../errors.ts';
import { rngFor } from '../numeric/random.ts';
import { type Domain, draw, type Point } from './axis.ts';
import { cells, countCells } from './cells.ts';

const SEARCHED_IN_FULL = 100_000;
const DRAWS = 10_000;

/**
 * Checks that a point satisfies the constraints.
 *
 * @param broken returns the name of a constraint that a point breaks, if any
 * @throws SpaceError if no such point is found
 */
export function assertPossible(domain: Domain, broken: (point: Point) => string | undefined): void {
  const finite = countCells(domain.axes) <= SEARCHED_IN_FULL;
  const { count, at } = finite ? cells(domain) : draws(domain);
  let failed: string | undefined;
  for (let i = 0; i < count; i++) {
    failed = broken(at(i));
    if (failed === undefined) return;
  }
  const tried = finite ? `(all ${count} were tried)` : 'in 10 000 draws';
  throw new SpaceError(`no point satisfies the constraints ${tried}; the last failed: ${failed}`);
}

function draws({ axes, snap }: Domain): { count: number; at(i: number): Point } {
  const rng = rngFor('possible', '', 0);
  return { count: DRAWS, at: () => snap(draw(axes, rng)) };
}
