import { LuDecomposition, Matrix } from 'ml-matrix';
import { dot } from '../vectors.ts';
import type { Losses } from './domination.ts';

/**
 * The indices of the `room` trials of a front that fill the niches of some reference directions best: repeatedly, the direction with the fewest
 * chosen trials gets the closest trial of its niche (Deb & Jain, "An evolutionary many-objective optimization algorithm using reference-point-based
 * nondominated sorting approach, part I", 2014, algorithms 2 to 4).
 *
 * The paper breaks ties between directions, and between the trials of a niche that is not empty, at random. Here the closest trial decides, so that
 * the choice is a function of the losses.
 *
 * @param chosen losses of the trials that have been chosen from better fronts
 */
export function fillNiches(
  directions: readonly (readonly number[])[],
  chosen: readonly Losses[],
  front: readonly Losses[],
  room: number,
): number[] {
  const near = normalise([...chosen, ...front]).map((point) => nearest(directions, point));
  const members = directions.map(() => 0);
  for (const { direction } of near.slice(0, chosen.length)) members[direction]!++;
  const open = front
    .map((_, index) => ({ index, ...near[chosen.length + index]! }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index);
  const taken: number[] = [];
  while (taken.length < room && open.length > 0) {
    const next = open.reduce((best, { direction }, k) => (members[direction]! < members[open[best]!.direction]! ? k : best), 0);
    const [{ index, direction }] = open.splice(next, 1) as [(typeof open)[number]];
    members[direction]!++;
    taken.push(index);
  }
  return taken;
}

/** The direction to whose line a point is closest, and how far away that is. */
function nearest(directions: readonly (readonly number[])[], point: readonly number[]): { direction: number; distance: number } {
  let best = { direction: 0, distance: Number.POSITIVE_INFINITY };
  for (const [direction, w] of directions.entries()) {
    const along = dot(w, point) / dot(w, w);
    const distance = Math.hypot(...point.map((x, k) => x - along * w[k]!));
    if (distance < best.distance) best = { direction, distance };
  }
  return best;
}

/**
 * Losses less the best of each objective, as shares of where the plane through the extreme trials meets each axis. If there is no such plane, as
 * shares of the range.
 */
function normalise(trials: readonly Losses[]): number[][] {
  const objectives = trials[0]!.map((_, k) => k);
  const least = objectives.map((k) => Math.min(...trials.map((t) => t[k]!)));
  const shifted = trials.map((t) => t.map((x, k) => x - least[k]!));
  const ranges = objectives.map((k) => Math.max(...shifted.map((t) => t[k]!)));
  const lengths = intercepts(shifted) ?? ranges;
  return shifted.map((t) => t.map((x, k) => (lengths[k]! > 0 ? x / lengths[k]! : 0)));
}

/** Undefined if the extreme trials span no plane that meets all axes. */
function intercepts(points: readonly Losses[]): number[] | undefined {
  const objectives = points[0]!.map((_, k) => k);
  const extremes = objectives.map((axis) => {
    const scalar = (p: Losses) => Math.max(...p.map((x, k) => (k === axis ? x : x * OFF_AXIS)));
    return points.reduce((best, p) => (scalar(p) < scalar(best) ? p : best));
  });
  const plane = new LuDecomposition(new Matrix(extremes.map((p) => [...p])));
  if (plane.isSingular()) return undefined;
  const lengths = plane
    .solve(Matrix.columnVector(objectives.map(() => 1)))
    .to1DArray()
    .map((x) => 1 / x);
  return lengths.every((length) => length > 0 && length < Number.POSITIVE_INFINITY) ? lengths : undefined;
}

/** How much the other objectives count in the search for the extreme trial of one. */
const OFF_AXIS = 1e6;
