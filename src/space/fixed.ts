import type { Axis, Domain, Point } from './axis.ts';
import type { Space } from './space.ts';

/** The coordinates that an ask fixes: one entry for each axis, undefined where the strategy chooses. Parents of fixed axes are fixed too. */
export type Fixed = readonly (number | undefined)[];

/** A point with the fixed coordinates, if there are any, in place of its own. It is not snapped. */
export const withFixed = (point: Point, fixed: Fixed | undefined): Point => (fixed ? point.map((u, i) => fixed[i] ?? u) : point);

/** The part of a domain with the fixed coordinates: `snap` moves each point there. Without fixed coordinates, the domain itself. */
export const restrictedTo = <D extends Domain>(domain: D, fixed: Fixed | undefined): D =>
  fixed ? { ...domain, snap: (point: Point) => domain.snap(withFixed(point, fixed)) } : domain;

/** The coordinates of some parameters of a configuration, and of the parameters on which they depend. */
export function fixedIn<P>({ axes, encode }: Pick<Space<P>, 'axes' | 'encode'>, names: readonly string[], params: P): Fixed {
  const point = encode(params);
  const fixed: (number | undefined)[] = axes.map(() => undefined);
  for (const [i, { name }] of axes.entries()) {
    if (!names.includes(name)) continue;
    for (let axis: number | undefined = i; axis !== undefined; axis = axes[axis]!.when?.axis) fixed[axis] = point[axis]!;
  }
  return fixed;
}

/** Whether the same axes exist at a point once it has the fixed coordinates, so that none of its coordinates is a placeholder. */
export const keepsBranches = (axes: readonly Axis[], point: Point, fixed: Fixed): boolean =>
  axes.every(({ when }) => {
    const parent = when && fixed[when.axis];
    return parent === undefined || axes[when!.axis]!.levels!.of(parent) === axes[when!.axis]!.levels!.of(point[when!.axis]!);
  });
