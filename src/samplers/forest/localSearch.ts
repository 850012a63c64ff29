import { drawNormal, index, type Rng } from '../../numeric/random.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { type Axis, active, type Domain, type Point } from '../../space/axis.ts';
import type { ScoredPoint } from '../surrogate.ts';

/** How many neighbours are tried on an ordered axis, at normally distributed distances. */
const NEIGHBOURS = 4;
/** How many other values are tried on an unordered axis. */
const MAX_CATEGORIES = 10;
const MAX_STEPS = 24;
/** A step tries at most this many axes, drawn at random: otherwise the cost of a search would grow with the square of their number. */
const MAX_AXES = 32;

/** The standard deviation halves when a step finds no improvement, and doubles after three improvements in a row (as in SMAC3). */
const MAX_SCALE = 0.2;
const MIN_SCALE = 0.005;
const STREAK_TO_WIDEN = 3;

/**
 * Moves to the best neighbour that differs in one active axis, until no neighbour is better at any scale (the local search of SMAC over the
 * one-exchange neighbourhood; Hutter, Hoos & Leyton-Brown 2011, section 4.3).
 */
export function localSearch(domain: Domain, start: Point, score: (point: Point) => number, rng: Rng): ScoredPoint {
  let best: ScoredPoint = { point: start, score: score(start) };
  let scale = MAX_SCALE / 4;
  let streak = 0;
  for (let step = 0; step < MAX_STEPS && scale >= MIN_SCALE; step++) {
    let next = best;
    for (const point of neighbours(domain, best.point, scale, rng)) {
      const s = score(point);
      if (s > next.score) next = { point, score: s };
    }
    streak = next === best ? 0 : streak + 1;
    if (next === best) scale /= 2;
    else if (streak % STREAK_TO_WIDEN === 0) scale = Math.min(MAX_SCALE, 2 * scale);
    best = next;
  }
  return best;
}

function* neighbours({ axes, snap, feasible }: Domain, point: Point, scale: number, rng: Rng): Generator<Point> {
  const on = active(axes, point);
  const existing = [...axes.keys()].filter((i) => on[i]);
  for (const i of existing.length > MAX_AXES ? sampleAxes(existing, rng) : existing) {
    for (const coordinate of coordinatesNear(axes[i]!, point[i]!, scale, rng)) {
      const neighbour = snap(point.map((x, j) => (j === i ? coordinate : x)));
      if (feasible(neighbour)) yield neighbour;
    }
  }
}

/** `MAX_AXES` distinct axes. */
function* sampleAxes(axes: number[], rng: Rng): Generator<number> {
  for (let k = 0; k < MAX_AXES; k++) {
    const other = k + index(rng, axes.length - k);
    [axes[k], axes[other]] = [axes[other]!, axes[k]!];
    yield axes[k]!;
  }
}

function* coordinatesNear({ ordered, levels }: Axis, x: number, scale: number, rng: Rng): Generator<number> {
  if (!ordered) {
    const here = levels!.of(x);
    const others = Array.from({ length: levels!.count }, (_, k) => k).filter((k) => k !== here);
    const from = others.length > MAX_CATEGORIES ? Math.floor(rng() * others.length) : 0;
    for (let k = 0; k < Math.min(MAX_CATEGORIES, others.length); k++) yield levels!.at(others[(from + k) % others.length]!);
    return;
  }
  const level = levels?.of(x);
  for (let k = 0; k < NEIGHBOURS; k++) {
    const moved = clampUnit(x + scale * drawNormal(rng));
    // If a step of this size does not change the value, take the next one.
    if (level !== undefined && levels!.of(moved) === level) {
      const next = level + (moved < x ? -1 : 1);
      if (next >= 0 && next < levels!.count) yield levels!.at(next);
    } else yield moved;
  }
}
