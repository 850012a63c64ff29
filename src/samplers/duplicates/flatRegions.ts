import { fingerprint } from '../../numeric/fingerprint.ts';
import type { Axis, Point } from '../../space/axis.ts';
import type { CurveResult } from './equalCurves.ts';

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

type TrialResult = Pick<CurveResult, 'point' | 'curve' | 'budget'>;

/** An interval of an axis in which the parameter has no effect. */
interface FlatRegion {
  readonly low: number;
  readonly high: number;
}

/**
 * Learns where parameters act in steps, such as a float that is rounded by the objective. If two neighbours have exactly equal results, they are
 * probably equivalent, and so are all points between them, unless a result there differs. A region of an axis holds for all values of the others.
 */
export class FlatRegions {
  readonly #axes: readonly Axis[];
  readonly #suggested: Point[] = [];
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

  /** Adds a suggested point. */
  add(point: Point): void {
    this.#suggested.push(point);
    this.#suggestedKeys?.add(regionKey(point, this.#regions, EXTRAPOLATION));
  }

  /** @param result of a suggested point; `counts`: whether an equal one means that the points are equivalent */
  take({ point, curve, budget, counts }: CurveResult): void {
    const equal = this.#counts[counterOf(curve)] === 0 ? [] : this.#withCurve(curve);
    const result = { point, curve, budget };
    this.#keep(result);
    if (counts && equal.length > 0) this.#unite(result, equal);
  }

  /** Whether a point is probably equivalent to a suggested one. */
  has(point: Point): boolean {
    if (this.#regions.every((regions) => regions.length === 0)) return false;
    this.#suggestedKeys ??= new Set(this.#suggested.map((known) => regionKey(known, this.#regions, EXTRAPOLATION)));
    return this.#suggestedKeys.has(regionKey(point, this.#regions, EXTRAPOLATION));
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
  #unite(result: TrialResult, equal: readonly TrialResult[]): void {
    const near = equal
      .map((other) => ({ other, apart: chebyshevDistance(this.#axes, result.point, other.point) }))
      .filter(({ apart }) => apart <= MAX_DISTANCE)
      .sort((a, b) => a.apart - b.apart);
    if (equal.length - near.length > MAX_COINCIDENCES * this.#recent.length) return;
    for (const { other } of near) this.#tryMerge(result, other);
  }

  /** Makes everything between two results one region, unless that would make points with different results equivalent. */
  #tryMerge(a: TrialResult, b: TrialResult): void {
    if (regionKey(a.point, this.#regions, 0) === regionKey(b.point, this.#regions, 0)) return;
    const regions = this.#regions.map((ofAxis, i) => mergeInterval(ofAxis, a.point[i]!, b.point[i]!));
    const curves = new Map<string, number>();
    for (const { point, curve, budget } of this.#recent) {
      const key = `${regionKey(point, regions, 0)} ${budget}`;
      if ((curves.get(key) ?? curve) !== curve) return;
      curves.set(key, curve);
    }
    this.#regions = regions;
    this.#suggestedKeys = undefined;
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

/** The largest difference of two points in an ordered coordinate; Infinity if they differ in an unordered one. */
function chebyshevDistance(axes: readonly Axis[], a: Point, b: Point): number {
  let largest = 0;
  for (let i = 0; i < axes.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (difference > 0 && !axes[i]!.ordered) return Infinity;
    if (difference > largest) largest = difference;
  }
  return largest;
}
