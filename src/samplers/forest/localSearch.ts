import { index, normal, type Rng } from '../../numeric/random.ts';
import { type Axis, active, type Domain, type Point } from '../../space/axis.ts';

export interface Scored {
  readonly point: Point;
  readonly score: number;
}

/** Neighbours of a number on one axis: this many, at distances drawn from a normal. */
const NEIGHBOURS = 4;
/** Of unordered values at most this many are tried. */
const CATEGORIES = 10;
const STEPS = 24;
/** A step looks along this many axes at most, drawn anew each time: what a climb costs would grow with the square of their number. */
const WIDTH = 32;

/** The standard deviation halves when a step finds nothing better, and doubles after three in a row that did (as in SMAC3). */
const WIDEST = 0.2;
const NARROWEST = 0.005;
const STREAK = 3;

/**
 * Climbs from a point by changing one existing axis at a time, to the best of all such neighbours, until there is none better at any scale
 * (SMAC's local search over the one-exchange neighbourhood; Hutter, Hoos & Leyton-Brown 2011, section 4.3).
 */
export function climb(domain: Domain, start: Point, score: (point: Point) => number, rng: Rng): Scored {
  let best: Scored = { point: start, score: score(start) };
  let scale = WIDEST / 4;
  let streak = 0;
  for (let step = 0; step < STEPS && scale >= NARROWEST; step++) {
    let next = best;
    for (const point of neighbours(domain, best.point, scale, rng)) {
      const s = score(point);
      if (s > next.score) next = { point, score: s };
    }
    streak = next === best ? 0 : streak + 1;
    if (next === best) scale /= 2;
    else if (streak % STREAK === 0) scale = Math.min(WIDEST, 2 * scale);
    best = next;
  }
  return best;
}

function* neighbours({ axes, snap, feasible }: Domain, point: Point, scale: number, rng: Rng): Generator<Point> {
  const on = active(axes, point);
  const existing = [...axes.keys()].filter((i) => on[i]);
  for (const i of existing.length > WIDTH ? some(existing, rng) : existing) {
    for (const coordinate of exchanges(axes[i]!, point[i]!, scale, rng)) {
      const neighbour = snap(point.map((x, j) => (j === i ? coordinate : x)));
      if (feasible(neighbour)) yield neighbour;
    }
  }
}

/** As many as a step looks along, each once. */
function* some(axes: number[], rng: Rng): Generator<number> {
  for (let k = 0; k < WIDTH; k++) {
    const other = k + index(rng, axes.length - k);
    [axes[k], axes[other]] = [axes[other]!, axes[k]!];
    yield axes[k]!;
  }
}

function* exchanges({ ordered, levels }: Axis, x: number, scale: number, rng: Rng): Generator<number> {
  if (!ordered) {
    const here = levels!.of(x);
    const others = Array.from({ length: levels!.count }, (_, k) => k).filter((k) => k !== here);
    const from = others.length > CATEGORIES ? Math.floor(rng() * others.length) : 0;
    for (let k = 0; k < Math.min(CATEGORIES, others.length); k++) yield levels!.at(others[(from + k) % others.length]!);
    return;
  }
  const level = levels?.of(x);
  for (let k = 0; k < NEIGHBOURS; k++) {
    const moved = Math.min(1, Math.max(0, x + scale * normal(rng)));
    // Where a step of this size changes nothing, it goes to the next value.
    if (level !== undefined && levels!.of(moved) === level) {
      const next = level + (moved < x ? -1 : 1);
      if (next >= 0 && next < levels!.count) yield levels!.at(next);
    } else yield moved;
  }
}
