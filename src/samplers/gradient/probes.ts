import { type Parabola, parabola, probesAround } from '../../numeric/descent/differences.ts';
import type { Rng } from '../../numeric/random.ts';
import type { Point } from '../../space/axis.ts';
import { coordinates, withCoordinates } from './movableAxes.ts';
import { type Slot, slotLoss } from './round.ts';

/** Derivatives at a point, estimated from trials around it, by axis of the descent; NaN where unknown. */
export interface Slopes {
  readonly gradient: Float64Array;
  /** Second derivatives; with simultaneous perturbation, their sum. */
  readonly curvature: Float64Array;
}

/** A way to estimate derivatives from losses. */
export interface Prober {
  /**
   * The trials around a point.
   *
   * @param distances how far from the point, along each axis of the descent
   */
  plan(centre: Point, axes: readonly number[], distances: Float64Array, rng: Rng): Slot[];
  /**
   * The derivatives.
   *
   * @param loss at the point itself. It also stands in for the loss of one failed trial of a pair.
   */
  read(centre: Point, loss: number, axes: readonly number[], slots: readonly Slot[]): Slopes;
}

const slopesOf = (parabolas: readonly (Parabola | undefined)[]): Slopes => ({
  gradient: Float64Array.from(parabolas, (p) => p?.slope ?? Number.NaN),
  curvature: Float64Array.from(parabolas, (p) => p?.curvature ?? Number.NaN),
});

const role = (axis: number, side: number) => `probe${side === 0 ? '-' : '+'}${axis}`;

/** Finite differences: two trials for each axis. */
export const finiteDifferences: Prober = {
  plan: (centre, axes, distances) =>
    axes.flatMap((axis, k) =>
      probesAround(centre[axis]!, distances[k]!).map((to, side) => ({
        role: role(axis, side),
        point: withCoordinates(centre, [axis], [to]),
      })),
    ),
  read: (centre, loss, axes, slots) =>
    slopesOf(
      axes.map((axis) => {
        const found = slots.filter((slot) => slot.role === role(axis, 0) || slot.role === role(axis, 1));
        return parabola(
          loss,
          samplesAlong(found, ({ point }) => point[axis]! - centre[axis]!),
        );
      }),
    ),
};

/** The slots with a loss, with their offset from the centre. */
const samplesAlong = (slots: readonly Slot[], offset: (slot: Slot) => number) =>
  slots.flatMap((slot) => {
    const value = slotLoss(slot);
    return value === undefined ? [] : [{ offset: offset(slot), value }];
  });

/**
 * Simultaneous perturbation (Spall 1992): a pair of trials on both sides of the point, along a random diagonal, gives an unbiased estimate of all
 * derivatives at once. Several pairs are averaged.
 */
export const simultaneousPerturbations = (pairs: number): Prober => ({
  plan(centre, axes, distances, rng) {
    const x = coordinates(centre, axes);
    const middle = x.map((u, k) => Math.min(1 - Math.min(0.5, distances[k]!), Math.max(Math.min(0.5, distances[k]!), u)));
    return Array.from({ length: pairs }, (_, pair) => {
      const signs = x.map(() => (rng() < 0.5 ? -1 : 1));
      return [1, -1].map((side) => ({
        role: `pair${side > 0 ? '+' : '-'}${pair + 1}`,
        point: withCoordinates(
          centre,
          axes,
          middle.map((u, k) => u + side * signs[k]! * distances[k]!),
        ),
      }));
    }).flat();
  },
  read(centre, loss, axes, slots) {
    const found = Array.from({ length: pairs }, (_, pair) => {
      const [plus, minus] = ['+', '-'].map((side) => slots.find((slot) => slot.role === `pair${side}${pair + 1}`));
      return plus && minus ? readPair(coordinates(centre, axes), loss, axes, plus, minus) : undefined;
    }).filter((slopes) => slopes !== undefined);
    const mean = (of: keyof Slopes) => Float64Array.from(axes, (_, k) => meanOfKnown(found.map((slopes) => slopes[of][k]!)));
    return { gradient: mean('gradient'), curvature: mean('curvature') };
  },
});

function meanOfKnown(values: readonly number[]): number {
  const known = values.filter((v) => !Number.isNaN(v));
  return known.reduce((sum, v) => sum + v, 0) / known.length;
}

/** g_i = (f+ - f-) / (x+_i - x-_i) (Spall 1992, eq. 2.2). If one trial of the pair failed, the centre replaces it. */
function readPair(x: Float64Array, here: number, axes: readonly number[], plus: Slot, minus: Slot): Slopes {
  const [high, low] = [slotLoss(plus), slotLoss(minus)];
  if (high === undefined && low === undefined) return slopesOf(axes.map(() => undefined));
  const [a, b] = [high === undefined ? x : coordinates(plus.point, axes), low === undefined ? x : coordinates(minus.point, axes)];
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
