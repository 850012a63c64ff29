import type { Ended, Suggested, TrialId } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import type { Axis, Point } from '../space/axis.ts';
import { separation } from '../space/separation.ts';

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

/** What a trial came to, and all that the trials came to that it went on from, as one number. */
interface Result {
  readonly point: Point;
  readonly course: number;
  readonly budget: number;
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
  readonly #courses = new Map<TrialId, number>();
  readonly #results: Result[] = [];
  #flats: readonly (readonly Flat[])[];
  /** Keys of all that was handed out; made when they are asked for. */
  #keys: Set<number> | undefined;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
    this.#flats = axes.map(() => []);
  }

  take(fact: Suggested | Ended): Likeness {
    if (fact.type === 'ended') return this.#compare(fact);
    const { id, point, resumes } = fact;
    const before = resumes === undefined ? undefined : this.#courses.get(resumes);
    if (before !== undefined) this.#courses.set(id, before);
    this.#points.push(point);
    this.#keys?.add(keyOf(point, this.#flats, REACH));
    return 'new';
  }

  /** Whether a point is probably the same as one that was handed out. */
  has(point: Point): boolean {
    if (this.#flats.every((flats) => flats.length === 0)) return false;
    this.#keys ??= new Set(this.#points.map((known) => keyOf(known, this.#flats, REACH)));
    return this.#keys.has(keyOf(point, this.#flats, REACH));
  }

  #compare({ id, point, outcome, losses, budget = 0 }: Ended): Likeness {
    if (outcome !== 'completed') return 'new';
    const course = fingerprint([this.#courses.get(id) ?? 0, budget, ...losses!]);
    this.#courses.set(id, course);
    const result = { point, course, budget };
    const equal = this.#results.filter((other) => other.course === course);
    this.#results.push(result);
    if (this.#results.length > WINDOW) this.#results.shift();
    const near = equal
      .map((other) => ({ other, apart: separation(this.#axes, point, other.point) }))
      .filter(({ apart }) => apart <= NEAR)
      .sort((a, b) => a.apart - b.apart);
    const telling = equal.length - near.length <= CHANCE * this.#results.length;
    const same = near.filter(({ other }) => this.#areSame(result, other) || (telling && this.#unite(result, other)));
    return same.length > 0 ? 'same' : near.length > 0 ? 'equal' : 'new';
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
