import type { StrategyEvent, TrialId } from '../../messages.ts';
import { fingerprint } from '../../numeric/fingerprint.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { chebyshevDistance } from '../../space/chebyshevDistance.ts';

/** Equal results at most this far apart, in the coordinate where they differ most, may lie in one region. */
const MAX_DISTANCE = 0.25;
/** If more than this share of the distant results equals a result, equality may be chance: many metrics take few values. */
const MAX_COINCIDENCES = 0.05;
/** The next result is compared with this many of the latest ones. */
const WINDOW = 512;
/** So many counters say which curves there are among these: a new curve then has a counter of its own seven times in eight. */
const COUNTS = 8 * WINDOW;
/** By the last bits of a curve: a remainder takes ten times as long. */
const counterOf = (curve: number): number => curve & (COUNTS - 1);
/**
 * How far a region is assumed to extend beyond its observed ends, as a share of its width. A sampler that avoids the region then tries points
 * a little beyond it, so its ends are found in a few trials and the next region is not hidden.
 */
const EXTRAPOLATION = 0.5;

/** A result of a trial at a budget; `curve` is a fingerprint of all its losses so far, including those of the trials that it resumes. */
interface TrialResult {
  readonly point: Point;
  readonly curve: number;
  readonly budget: number;
}

interface LastResult {
  readonly point: Point;
  curve: number;
  budget: number;
  similarity: Similarity;
}

/** An interval of an axis in which the parameter has no effect. */
interface FlatRegion {
  readonly low: number;
  readonly high: number;
}

/** How a result compares with earlier ones. `equal`: a neighbour has the same result, perhaps by chance. `same`: the two are probably equivalent. */
export type Similarity = 'new' | 'equal' | 'same';

/**
 * Learns where parameters act in steps, such as a float that is rounded by the objective. If two neighbours have exactly equal results, they are
 * probably equivalent, and so are all points between them, unless a result there differs. A region of an axis holds for all values of the others.
 */
export class FlatRegions {
  readonly #axes: readonly Axis[];
  readonly #suggested: Point[] = [];
  /** By trial. The numbers of trials have no gaps. */
  readonly #last: (LastResult | undefined)[] = [];
  /** The latest results, each at its number modulo the window, and their curves in an array of their own, which is searched faster. */
  readonly #recent: TrialResult[] = [];
  readonly #recentCurves = new Float64Array(WINDOW);
  /** The number of results. */
  #seen = 0;
  /** How many of the recent curves there are by their last bits. Most curves are new, and where there is none, none need be compared. */
  readonly #counts = new Uint16Array(COUNTS);
  #regions: readonly (readonly FlatRegion[])[];
  /** Keys of all suggested points, computed when needed. */
  #suggestedKeys: Set<number> | undefined;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
    this.#regions = axes.map(() => []);
  }

  /** @returns how the latest result of the trial compares with those of others */
  take(fact: StrategyEvent): Similarity {
    const { id } = fact;
    const before = this.#last[id];
    if (fact.type === 'suggested') {
      const parent = fact.resumes === undefined ? undefined : this.#last[fact.resumes];
      this.#last[id] = parent ? { ...parent, point: fact.point } : { point: fact.point, curve: 0, budget: -1, similarity: 'new' };
      this.#suggested.push(fact.point);
      this.#suggestedKeys?.add(regionKey(fact.point, this.#regions, EXTRAPOLATION));
      return 'new';
    }
    if (fact.type === 'ended' && fact.outcome === 'failed') return 'new';
    if (fact.type === 'ended' && fact.outcome === 'stopped') return before?.similarity ?? 'new'; // its last report was compared already
    const { budget, point } =
      fact.type === 'reported' ? { budget: fact.step, point: before?.point } : { budget: fact.budget ?? 0, point: fact.point };
    if (point === undefined || before?.budget === budget) return before?.similarity ?? 'new';
    return this.#classify(id, { point, budget, curve: fingerprint([before?.curve ?? 0, budget, ...fact.losses!]) });
  }

  /** Whether a point is probably equivalent to a suggested one. */
  has(point: Point): boolean {
    if (this.#regions.every((regions) => regions.length === 0)) return false;
    this.#suggestedKeys ??= new Set(this.#suggested.map((known) => regionKey(known, this.#regions, EXTRAPOLATION)));
    return this.#suggestedKeys.has(regionKey(point, this.#regions, EXTRAPOLATION));
  }

  #classify(id: TrialId, result: TrialResult): Similarity {
    const { point, curve } = result;
    const equal = this.#counts[counterOf(curve)] === 0 ? [] : this.#withCurve(curve);
    this.#keep(result);
    const similarity = equal.length === 0 ? 'new' : this.#compare(result, equal);
    const last = this.#last[id];
    if (last?.point !== point) this.#last[id] = { point, curve, budget: result.budget, similarity };
    else {
      last.curve = curve;
      last.budget = result.budget;
      last.similarity = similarity;
    }
    return similarity;
  }

  /** The recent results with a curve, the oldest first. */
  #withCurve(curve: number): readonly TrialResult[] {
    const equal: TrialResult[] = [];
    for (let i = Math.max(0, this.#seen - WINDOW); i < this.#seen; i++) {
      if (this.#recentCurves[i % WINDOW] === curve) equal.push(this.#recent[i % WINDOW]!);
    }
    return equal;
  }

  #keep(result: TrialResult): void {
    const at = this.#seen % WINDOW;
    if (this.#seen >= WINDOW) this.#counts[counterOf(this.#recentCurves[at]!)]!--;
    this.#recent[at] = result;
    this.#recentCurves[at] = result.curve;
    this.#counts[counterOf(result.curve)]!++;
    this.#seen++;
  }

  /** @param equal recent results with the same curve */
  #compare(result: TrialResult, equal: readonly TrialResult[]): Similarity {
    const near = equal
      .map((other) => ({ other, apart: chebyshevDistance(this.#axes, result.point, other.point) }))
      .filter(({ apart }) => apart <= MAX_DISTANCE)
      .sort((a, b) => a.apart - b.apart);
    const significant = equal.length - near.length <= MAX_COINCIDENCES * this.#recent.length;
    const same = near.filter(({ other }) => this.#isSame(result, other) || (significant && this.#tryMerge(result, other)));
    return same.length > 0 ? 'same' : near.length > 0 ? 'equal' : 'new';
  }

  #isSame(a: TrialResult, b: TrialResult): boolean {
    return regionKey(a.point, this.#regions, 0) === regionKey(b.point, this.#regions, 0);
  }

  /** Makes everything between two results one region, unless that would make points with different results equivalent. */
  #tryMerge(a: TrialResult, b: TrialResult): boolean {
    const regions = this.#regions.map((ofAxis, i) => mergeInterval(ofAxis, a.point[i]!, b.point[i]!));
    const curves = new Map<string, number>();
    for (const { point, curve, budget } of this.#recent) {
      const key = `${regionKey(point, regions, 0)} ${budget}`;
      if ((curves.get(key) ?? curve) !== curve) return false;
      curves.set(key, curve);
    }
    this.#regions = regions;
    this.#suggestedKeys = undefined;
    return true;
  }
}

/** Adds the interval between two numbers to disjoint regions, and unites it with those that it touches. */
function mergeInterval(regions: readonly FlatRegion[], x: number, y: number): readonly FlatRegion[] {
  if (x === y) return regions;
  let [low, high] = [Math.min(x, y), Math.max(x, y)];
  const apart = regions.filter((region) => {
    if (region.high < low || region.low > high) return true;
    [low, high] = [Math.min(low, region.low), Math.max(high, region.high)];
    return false;
  });
  return [...apart, { low, high }];
}

/**
 * A key that equivalent points share.
 *
 * @param extrapolation how far regions are assumed to extend, as a share of their width
 */
const regionKey = (point: Point, regions: readonly (readonly FlatRegion[])[], extrapolation: number): number =>
  fingerprint(point.map((x, i) => regionAt(regions[i]!, x, extrapolation)?.low ?? x));

/** The region that contains a number, or else the nearest one that may extend to it. */
function regionAt(regions: readonly FlatRegion[], x: number, extrapolation: number): FlatRegion | undefined {
  let nearest: FlatRegion | undefined;
  let least = Infinity;
  for (const region of regions) {
    const gap = Math.max(region.low - x, x - region.high, 0);
    if (gap <= extrapolation * (region.high - region.low) && gap < least) [nearest, least] = [region, gap];
  }
  return nearest;
}
