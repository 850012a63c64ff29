import { type Parabola, parabola, placesAround } from '../../numeric/differences.ts';
import type { Rng } from '../../numeric/random.ts';
import type { Point } from '../../space/axis.ts';
import { coordinates, moved } from './movableAxes.ts';
import { lossOf, type Slot } from './round.ts';

/** What the trials around a point tell of it, for each axis of the descent; NaN where they tell nothing. */
export interface Slopes {
  readonly gradient: Float64Array;
  /** Second derivatives; of simultaneous perturbations, their sum. */
  readonly curvature: Float64Array;
}

/** A way to find slopes from losses. */
export interface Prober {
  /** The trials around a point. @param steps how far from it, along each axis of the descent. @param rng the same for all of them. */
  plan(centre: Point, moving: readonly number[], steps: Float64Array, rng: Rng): Slot[];
  /** What they tell. Those that failed are made up for by the loss at the point itself. */
  read(centre: Point, loss: number, moving: readonly number[], slots: readonly Slot[]): Slopes;
}

const slopesOf = (parabolas: readonly (Parabola | undefined)[]): Slopes => ({
  gradient: Float64Array.from(parabolas, (p) => p?.slope ?? Number.NaN),
  curvature: Float64Array.from(parabolas, (p) => p?.curvature ?? Number.NaN),
});

const role = (axis: number, side: number) => `probe${side === 0 ? '-' : '+'}${axis}`;

/** Finite differences: two trials for each axis. */
export const differences: Prober = {
  plan: (centre, moving, steps) =>
    moving.flatMap((axis, k) =>
      placesAround(centre[axis]!, steps[k]!).map((to, side) => ({ role: role(axis, side), point: moved(centre, [axis], [to]) })),
    ),
  read: (centre, loss, moving, slots) =>
    slopesOf(
      moving.map((axis) => {
        const found = slots.filter((slot) => slot.role === role(axis, 0) || slot.role === role(axis, 1));
        return parabola(
          loss,
          samplesAlong(found, ({ point }) => point[axis]! - centre[axis]!),
        );
      }),
    ),
};

/** The trials that have a loss, by their distance from the centre. */
const samplesAlong = (slots: readonly Slot[], offset: (slot: Slot) => number) =>
  slots.flatMap((slot) => {
    const value = lossOf(slot);
    return value === undefined ? [] : [{ offset: offset(slot), value }];
  });

/**
 * Simultaneous perturbation (Spall 1992): a pair of trials on either side of the point along a random diagonal tells something of all slopes
 * at once; the means of several pairs tell more.
 */
export const perturbations = (pairs: number): Prober => ({
  plan(centre, moving, steps, rng) {
    const x = coordinates(centre, moving);
    const middle = x.map((u, k) => Math.min(1 - Math.min(0.5, steps[k]!), Math.max(Math.min(0.5, steps[k]!), u)));
    return Array.from({ length: pairs }, (_, pair) => {
      const signs = x.map(() => (rng() < 0.5 ? -1 : 1));
      return [1, -1].map((side) => ({
        role: `pair${side > 0 ? '+' : '-'}${pair + 1}`,
        point: moved(
          centre,
          moving,
          middle.map((u, k) => u + side * signs[k]! * steps[k]!),
        ),
      }));
    }).flat();
  },
  read(centre, loss, moving, slots) {
    const found = Array.from({ length: pairs }, (_, pair) => {
      const [plus, minus] = ['+', '-'].map((side) => slots.find((slot) => slot.role === `pair${side}${pair + 1}`));
      return plus && minus ? readPair(coordinates(centre, moving), loss, moving, plus, minus) : undefined;
    }).filter((slopes) => slopes !== undefined);
    const mean = (of: keyof Slopes) => Float64Array.from(moving, (_, k) => average(found.map((slopes) => slopes[of][k]!)));
    return { gradient: mean('gradient'), curvature: mean('curvature') };
  },
});

function average(values: readonly number[]): number {
  const known = values.filter((v) => !Number.isNaN(v));
  return known.reduce((sum, v) => sum + v, 0) / known.length;
}

/** g_i = (f+ - f-) / (x+_i - x-_i) (Spall 1992, eq. 2.2); where one of the two failed, the centre stands in for it. */
function readPair(x: Float64Array, here: number, moving: readonly number[], plus: Slot, minus: Slot): Slopes {
  const [high, low] = [lossOf(plus), lossOf(minus)];
  if (high === undefined && low === undefined) return slopesOf(moving.map(() => undefined));
  const [a, b] = [high === undefined ? x : coordinates(plus.point, moving), low === undefined ? x : coordinates(minus.point, moving)];
  const change = (high ?? here) - (low ?? here);
  const gradient = x.map((_, k) => (a[k] === b[k] ? Number.NaN : change / (a[k]! - b[k]!)));
  const complete = high !== undefined && low !== undefined;
  const curvature = x.map((u, k) =>
    complete && a[k] !== u && b[k] !== u
      ? (parabola(here, [
          { offset: a[k]! - u, value: high },
          { offset: b[k]! - u, value: low },
        ])?.curvature ?? Number.NaN)
      : Number.NaN,
  );
  return { gradient, curvature };
}
