import { parabolaSlope, stepsAround } from '../../numeric/descent/differences.ts';
import type { Point } from '../../space/axis.ts';
import type { Iterate } from './iterate.ts';
import { withCoordinates } from './movableAxes.ts';
import { type Slot, slotLoss } from './round.ts';

const role = (axis: number, side: number) => `probe${side === 0 ? '-' : '+'}${axis}`;

/** The trials around a point, two for each axis. @param distances how far from the point, along each of the axes */
export const probesAround = (centre: Point, axes: readonly number[], distances: readonly number[]): Slot[] =>
  axes.flatMap((axis, k) =>
    stepsAround(centre[axis]!, distances[k]!).map((to, side) => ({ role: role(axis, side), point: withCoordinates(centre, [axis], [to]) })),
  );

/** The gradient at an iterate, from the losses around it; NaN along an axis if both trials failed. */
export const estimatedGradient = ({ point, loss }: Iterate, axes: readonly number[], slots: readonly Slot[]): Float64Array =>
  Float64Array.from(axes, (axis) => {
    const along = slots.filter((slot) => slot.role === role(axis, 0) || slot.role === role(axis, 1));
    const known = along.filter((slot) => slotLoss(slot) !== undefined);
    return parabolaSlope(
      loss,
      known.map((slot) => ({ offset: slot.point[axis]! - point[axis]!, value: slotLoss(slot)! })),
    );
  });
