import { lbfgsb } from '../../numeric/descent/lbfgsb.ts';
import { drawNormal, type Rng } from '../../numeric/random.ts';
import { type Axis, active, type Domain, draw, type Point } from '../../space/axis.ts';
import type { ScoredPoint } from '../surrogate.ts';
import type { AcquisitionTerm } from './acquisition.ts';
import type { Features } from './features.ts';

/** On ordered axes with at most this many levels, every level is tried. Others are searched as if continuous, then snapped. */
const FEW_LEVELS = 16;
/** Of an unordered axis with more levels than this, a part is tried: most are not in the data, and the model cannot tell those apart. */
const MANY_LEVELS = 512;
const UNIFORM_CANDIDATES = 1024;
const PERTURBED_CANDIDATES = 256;
const PERTURBATION_SDS = [0.2, 0.05, 0.01];
const LOCAL_SEARCHES = { max: 6, min: 2 };
/** Scoring a point costs the square of the number of observations. With more observations than this, fewer points are scored. */
const CHEAP_OBSERVATIONS = 100;
const MAX_ROUNDS = 3;
const LEVEL_STEPS = [-2, -1, 1, 2];

/** The log acquisition function at some points. */
function scoreAll(terms: readonly AcquisitionTerm[], { width, encode }: Features, points: readonly Point[]): ScoredPoint[] {
  const rows = new Float64Array(points.length * width);
  for (let i = 0; i < points.length; i++) encode(points[i]!, rows, i * width);
  const scores = new Float64Array(points.length);
  for (const term of terms) term.add(rows, points.length, scores);
  return points.map((point, i) => ({ point, score: Number.isNaN(scores[i]!) ? -Infinity : scores[i]! }));
}

const descending = (a: ScoredPoint, b: ScoredPoint) => b.score - a.score;

/** The points with their scores, best first. */
export const rankPoints = (terms: readonly AcquisitionTerm[], features: Features, points: readonly Point[]): ScoredPoint[] =>
  scoreAll(terms, features, points).sort(descending);

/**
 * Maximises the acquisition function: scores random points, half of them from the priors, and perturbations of good ones, then runs local searches
 * from the best of them, which follow the gradient along continuous axes and try the levels of the others one axis at a time.
 *
 * @param domain its `snap` may fix some coordinates
 * @param good points to perturb
 * @param observations how many observations the terms depend on; more if they average over kernels
 * @returns the ends of the local searches and all candidates, snapped and feasible, best first
 */
export function maximise(
  terms: readonly AcquisitionTerm[],
  features: Features,
  domain: Domain,
  good: readonly Point[],
  rng: Rng,
  observations: number,
): ScoredPoint[] {
  const share = Math.min(1, CHEAP_OBSERVATIONS / observations);
  const candidates: Point[] = good.map(domain.snap);
  for (let i = 0; i < UNIFORM_CANDIDATES * share ** 2; i++)
    candidates.push(domain.snap(i % 2 === 0 ? draw(domain.axes, rng) : domain.axes.map(() => rng()))); // priors may be wrong
  for (let i = 0; i < PERTURBED_CANDIDATES * share ** 2 && good.length > 0; i++) {
    candidates.push(
      domain.snap(perturb(domain.axes, good[i % good.length]!, PERTURBATION_SDS[Math.floor(rng() * PERTURBATION_SDS.length)]!, rng)),
    );
  }
  const ranked = rankPoints(terms, features, candidates.filter(domain.feasible));
  const ends = ranked
    .slice(0, Math.max(LOCAL_SEARCHES.min, Math.round(LOCAL_SEARCHES.max * share)))
    .map((start) => localSearch(terms, features, domain, start));
  return [...ends, ...ranked].sort(descending);
}

/** Moves either all axes or a few, since some improvements need a few coordinates to move while the others stay. */
function perturb(axes: readonly Axis[], point: Point, spread: number, rng: Rng): Point {
  const share = rng() < 0.5 ? 1 : Math.max(0.3, 1.5 / axes.length);
  return point.map((x, i) => {
    if (rng() >= share) return x;
    if (!axes[i]!.ordered) return rng() < Math.max(spread, 0.1) ? rng() : x;
    const moved = x + spread * drawNormal(rng);
    return Math.min(Math.max(moved < 0 ? -moved : moved > 1 ? 2 - moved : moved, 0), 1);
  });
}

const continuous = ({ ordered, levels }: Axis): boolean => ordered && !(levels && levels.count <= FEW_LEVELS);

/** Alternates between the continuous axes and the others until neither improves the score. */
function localSearch(terms: readonly AcquisitionTerm[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  let best = start;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = best.score;
    best = followGradient(terms, features, domain, best);
    best = tryLevels(terms, features, domain, best);
    if (best.score <= before + 1e-6) break;
  }
  return best;
}

function followGradient(terms: readonly AcquisitionTerm[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  const { axes } = domain;
  const on = active(axes, start.point);
  const columns = Array.from({ length: features.ordered }, (_, c) => c).filter(
    (c) => on[features.axes[c]!] && continuous(axes[features.axes[c]!]!), // false for columns that are no coordinates
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
  return bestOf(terms, features, domain, start, [point]);
}

function tryLevels(terms: readonly AcquisitionTerm[], features: Features, domain: Domain, start: ScoredPoint): ScoredPoint {
  let best = start;
  for (const [i, axis] of domain.axes.entries()) {
    const { levels } = axis;
    if (!levels || !active(domain.axes, best.point)[i]) continue;
    const now = levels.of(best.point[i]!);
    const others =
      levels.count <= FEW_LEVELS || !axis.ordered
        ? spread(levels.count, now)
        : LEVEL_STEPS.map((step) => now + step).filter((k) => k >= 0 && k < levels.count);
    best = bestOf(
      terms,
      features,
      domain,
      best,
      others.map((k) => best.point.with(i, levels.at(k))),
    );
  }
  return best;
}

/** All levels but one or, of very many, some at equal distances from it. */
function spread(count: number, now: number): number[] {
  const stride = Math.ceil(count / MANY_LEVELS);
  return Array.from({ length: count }, (_, k) => k).filter((k) => k !== now && (k - now) % stride === 0);
}

/** The best of a point and the feasible ones of some others, which are snapped first. */
function bestOf(
  terms: readonly AcquisitionTerm[],
  features: Features,
  domain: Domain,
  best: ScoredPoint,
  others: readonly Point[],
): ScoredPoint {
  const allowed = others.map(domain.snap).filter(domain.feasible);
  return scoreAll(terms, features, allowed).reduce((a, b) => (b.score > a.score ? b : a), best);
}
