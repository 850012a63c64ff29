import { lbfgsb } from '../../numeric/lbfgsb.ts';
import { normal, type Rng } from '../../numeric/random.ts';
import { type Axis, active, type Domain, draw, type Point } from '../../space/axis.ts';
import type { ScoredPoint } from '../surrogate.ts';
import type { Term } from './acquisition.ts';
import type { Features } from './features.ts';

/** Above so many levels an ordered axis is searched as if it were continuous, then snapped; up to it, every level is tried. */
const FEW_LEVELS = 16;
const UNIFORM = 1024;
const PERTURBED = 256;
const SPREADS = [0.2, 0.05, 0.01];
const SEARCHES = { most: 6, fewest: 2 };
/** To judge a point costs the square of the number of observations: above so many, fewer points are judged. */
const CHEAP = 200;
const ROUNDS = 3;
const STEPS = [-2, -1, 1, 2];

/** The log acquisition function at many points. */
function scoreAll(terms: readonly Term[], { width, encode }: Features, points: readonly Point[]): ScoredPoint[] {
  const rows = new Float64Array(points.length * width);
  for (let i = 0; i < points.length; i++) encode(points[i]!, rows, i * width);
  const scores = new Float64Array(points.length);
  for (const term of terms) term.add(rows, points.length, scores);
  return points.map((point, i) => ({ point, score: Number.isNaN(scores[i]!) ? -Infinity : scores[i]! }));
}

const descending = (a: ScoredPoint, b: ScoredPoint) => b.score - a.score;

/** All of some points, best first. */
export const rank = (terms: readonly Term[], features: Features, points: readonly Point[]): ScoredPoint[] =>
  scoreAll(terms, features, points).sort(descending);

/**
 * Looks for the points of the highest acquisition: among uniform ones and perturbations of good ones, then by local searches from the best
 * of them, where continuous axes follow the gradient and the others try their levels one axis at a time.
 *
 * @param good snapped points to perturb
 * @param observations behind the terms; more, where these are averages over kernels
 * @returns the ends of the local searches and all candidates, best first; all snapped and feasible
 */
export function search(
  terms: readonly Term[],
  features: Features,
  domain: Domain,
  good: readonly Point[],
  rng: Rng,
  observations: number,
): ScoredPoint[] {
  const share = Math.min(1, CHEAP / observations);
  const candidates: Point[] = [...good];
  for (let i = 0; i < UNIFORM * share ** 2; i++) candidates.push(domain.snap(draw(domain.axes, rng)));
  for (let i = 0; i < PERTURBED * share ** 2 && good.length > 0; i++) {
    candidates.push(domain.snap(perturb(domain.axes, good[i % good.length]!, SPREADS[Math.floor(rng() * SPREADS.length)]!, rng)));
  }
  const ranked = rank(terms, features, candidates.filter(domain.feasible));
  const ends = ranked
    .slice(0, Math.max(SEARCHES.fewest, Math.round(SEARCHES.most * share)))
    .map((start) => climb(terms, features, domain, start));
  return [...ends, ...ranked].sort(descending);
}

/** Moves all active axes, or some: a few coordinates moved alone find improvements that a move of all of them spoils. */
function perturb(axes: readonly Axis[], point: Point, spread: number, rng: Rng): Point {
  const share = rng() < 0.5 ? 1 : Math.max(0.3, 1.5 / axes.length);
  return point.map((x, i) => {
    if (rng() >= share) return x;
    if (!axes[i]!.ordered) return rng() < Math.max(spread, 0.1) ? rng() : x;
    const moved = x + spread * normal(rng);
    return Math.min(Math.max(moved < 0 ? -moved : moved > 1 ? 2 - moved : moved, 0), 1);
  });
}

const continuous = ({ ordered, levels }: Axis): boolean => ordered && !(levels && levels.count <= FEW_LEVELS);

/** Alternates the continuous axes and the others until neither finds anything better. */
function climb(terms: readonly Term[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  let best = start;
  for (let round = 0; round < ROUNDS; round++) {
    const before = best.score;
    best = followGradient(terms, features, domain, best);
    best = tryLevels(terms, features, domain, best);
    if (best.score <= before + 1e-6) break;
  }
  return best;
}

function followGradient(terms: readonly Term[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  const { axes } = domain;
  const on = active(axes, start.point);
  const columns = Array.from({ length: features.ordered }, (_, c) => c).filter(
    (c) => on[features.axes[c]!] && continuous(axes[features.axes[c]!]!), // not that of the budget, which is no axis
  );
  if (columns.length === 0) return start;
  const row = new Float64Array(features.width);
  features.encode(start.point, row);
  const slopes = new Float64Array(features.ordered);
  const found = lbfgsb(
    (x, gradient) => {
      for (let k = 0; k < columns.length; k++) row[columns[k]!] = x[k]!;
      slopes.fill(0);
      let score = 0;
      for (const term of terms) score += term.slope(row, slopes);
      for (let k = 0; k < columns.length; k++) gradient[k] = -slopes[columns[k]!]!;
      return -score;
    },
    columns.map((c) => row[c]!),
    {
      lower: new Float64Array(columns.length),
      upper: new Float64Array(columns.length).fill(1),
      evaluations: 40,
      gradientTolerance: 1e-3,
      valueTolerance: 1e-5,
    },
  );
  const point = [...start.point];
  for (const [k, c] of columns.entries()) point[features.axes[c]!] = found.x[k]!;
  return better(terms, features, domain, start, [point]);
}

function tryLevels(terms: readonly Term[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  let best = start;
  for (const [i, axis] of domain.axes.entries()) {
    const { levels } = axis;
    if (!levels || !active(domain.axes, best.point)[i]) continue;
    const now = levels.of(best.point[i]!);
    const others =
      levels.count <= FEW_LEVELS || !axis.ordered
        ? Array.from({ length: levels.count }, (_, k) => k).filter((k) => k !== now)
        : STEPS.map((step) => now + step).filter((k) => k >= 0 && k < levels.count);
    best = better(
      terms,
      features,
      domain,
      best,
      others.map((k) => best.point.with(i, levels.at(k))),
    );
  }
  return best;
}

/** The best of a point and others, which are snapped first and dropped where infeasible. */
function better(terms: readonly Term[], features: Features, domain: Domain, best: ScoredPoint, others: readonly Point[]): ScoredPoint {
  const allowed = others.map(domain.snap).filter(domain.feasible);
  return scoreAll(terms, features, allowed).reduce((a, b) => (b.score > a.score ? b : a), best);
}
