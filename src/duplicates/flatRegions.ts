import type { StrategyEvent, TrialId } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import type { Axis, Point } from '../space/axis.ts';
import { separation } from '../space/chebyshevDistance.ts';

/** Equal results no further apart than this, in the coordinate where they differ most, may be one step. */
const NEAR = 0.25;
/** What more than this share of the results elsewhere came to as well says nothing: many values are coarse, and it may be chance. */
const CHANCE = 0.05;
/** So many of the latest results are compared with the next. */
const WINDOW = 512;
/**
 * How much farther a step is expected to go at each end, in parts of what is known of it. Whoever avoids what is known tries the nearest place
 * beyond: so the ends are found in a few strides, and the next step is not hidden.
 */
const REACH = 0.5;

/** What a trial came to at a budget, and before, and the trials that it resumes, as one number. */
interface Result {
  readonly point: Point;
  readonly course: number;
  readonly budget: number;
}

/** A trial's last result, and how it compared. */
interface Last extends Result {
  readonly likeness: Likeness;
}

/** A part of an axis in which it changes nothing. */
interface Flat {
  readonly low: number;
  readonly high: number;
}

/** How a result compares with earlier ones: it equals that of a neighbour, perhaps by chance, or is probably the same thing. */
export type Likeness = 'new' | 'equal' | 'same';

/**
 * Learns where parameters act in steps. Two results that are near each other and exactly equal have probably been the same thing under two
 * names, and so is all that lies between them, unless results there say otherwise. What is learnt of an axis holds for all values of the others.
 */
export class Steps {
  readonly #axes: readonly Axis[];
  readonly #points: Point[] = [];
  readonly #last = new Map<TrialId, Last>();
  readonly #results: Result[] = [];
  #flats: readonly (readonly Flat[])[];
  /** Keys of all that was handed out; made when they are asked for. */
  #keys: Set<number> | undefined;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
    this.#flats = axes.map(() => []);
  }

  /** @returns how the trial compares with others by its result; for a report, by that. */
  take(fact: StrategyEvent): Likeness {
    const { id } = fact;
    const before = this.#last.get(id);
    if (fact.type === 'suggested') {
      const parent = fact.resumes === undefined ? undefined : this.#last.get(fact.resumes);
      this.#last.set(id, parent ? { ...parent, point: fact.point } : { point: fact.point, course: 0, budget: -1, likeness: 'new' });
      this.#points.push(fact.point);
      this.#keys?.add(keyOf(fact.point, this.#flats, REACH));
      return 'new';
    }
    if (fact.type === 'ended' && fact.outcome === 'failed') return 'new';
    if (fact.type === 'ended' && fact.outcome === 'stopped') return before?.likeness ?? 'new'; // its last report says it
    const { budget, point } =
      fact.type === 'reported' ? { budget: fact.step, point: before?.point } : { budget: fact.budget ?? 0, point: fact.point };
    if (point === undefined || before?.budget === budget) return before?.likeness ?? 'new';
    return this.#compare(id, { point, budget, course: fingerprint([before?.course ?? 0, budget, ...fact.losses!]) });
  }

  /** Whether a point is probably the same as one that was handed out. */
  has(point: Point): boolean {
    if (this.#flats.every((flats) => flats.length === 0)) return false;
    this.#keys ??= new Set(this.#points.map((known) => keyOf(known, this.#flats, REACH)));
    return this.#keys.has(keyOf(point, this.#flats, REACH));
  }

  #compare(id: TrialId, result: Result): Likeness {
    const { point, course } = result;
    const equal = this.#results.filter((other) => other.course === course);
    this.#results.push(result);
    if (this.#results.length > WINDOW) this.#results.shift();
    const near = equal
      .map((other) => ({ other, apart: separation(this.#axes, point, other.point) }))
      .filter(({ apart }) => apart <= NEAR)
      .sort((a, b) => a.apart - b.apart);
    const telling = equal.length - near.length <= CHANCE * this.#results.length;
    const same = near.filter(({ other }) => this.#areSame(result, other) || (telling && this.#unite(result, other)));
    const likeness = same.length > 0 ? 'same' : near.length > 0 ? 'equal' : 'new';
    this.#last.set(id, { ...result, likeness });
    return likeness;
  }

  #areSame(a: Result, b: Result): boolean {
    return keyOf(a.point, this.#flats, 0) === keyOf(b.point, this.#flats, 0);
  }

  /** Takes what lies between two results for flat, unless that makes others the same that came to something else. */
  #unite(a: Result, b: Result): boolean {
    const flats = this.#flats.map((of, i) => united(of, a.point[i]!, b.point[i]!));
    const courses = new Map<string, number>();
    for (const { point, course, budget } of this.#results) {
      const key = `${keyOf(point, flats, 0)} ${budget}`;
      if ((courses.get(key) ?? course) !== course) return false;
      courses.set(key, course);
    }
    this.#flats = flats;
    this.#keys = undefined;
    return true;
  }
}

/** Parts of an axis with what lies between two numbers; disjoint. */
function united(flats: readonly Flat[], x: number, y: number): readonly Flat[] {
  if (x === y) return flats;
  let [low, high] = [Math.min(x, y), Math.max(x, y)];
  const apart = flats.filter((flat) => {
    if (flat.high < low || flat.low > high) return true;
    [low, high] = [Math.min(low, flat.low), Math.max(high, flat.high)];
    return false;
  });
  return [...apart, { low, high }];
}

/** Points that are the same have the same key. @param reach how far beyond what is known of a step it is expected to go. */
const keyOf = (point: Point, flats: readonly (readonly Flat[])[], reach: number): number =>
  fingerprint(point.map((x, i) => flatAt(flats[i]!, x, reach)?.low ?? x));

/** The part that a number lies in; of those that may go on to there, the nearest. */
function flatAt(flats: readonly Flat[], x: number, reach: number): Flat | undefined {
  let nearest: Flat | undefined;
  let least = Infinity;
  for (const flat of flats) {
    const gap = Math.max(flat.low - x, x - flat.high, 0);
    if (gap <= reach * (flat.high - flat.low) && gap < least) [nearest, least] = [flat, gap];
  }
  return nearest;
}
