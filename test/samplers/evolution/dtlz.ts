import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { rootEnv } from '../../support/interview.ts';

export const cube = (dimension: number): Env => ({
  ...rootEnv(space(Object.fromEntries(Array.from({ length: dimension }, (_, i) => [`x${i}`, float(0, 1)])))),
  name: 'nsga',
});
/** Deb, Thiele, Laumanns & Zitzler (2002): the front is the unit sphere. */
export function dtlz2(point: Point, objectives: number): number[] {
  const angles = point.slice(0, objectives - 1).map((u) => (u * Math.PI) / 2);
  const radius = 1 + point.slice(objectives - 1).reduce((sum, u) => sum + (u - 0.5) ** 2, 0);
  return Array.from({ length: objectives }, (_, k) => {
    const cosines = angles.slice(0, objectives - 1 - k).reduce((product, a) => product * Math.cos(a), 1);
    return radius * cosines * (k === 0 ? 1 : Math.sin(angles[objectives - 1 - k]!));
  });
}
/** The front has 2 ^ (objectives - 1) parts. */
export function dtlz7(point: Point, objectives: number): number[] {
  const [first, rest] = [point.slice(0, objectives - 1), point.slice(objectives - 1)];
  const g = 1 + (9 * rest.reduce((sum, u) => sum + u, 0)) / rest.length;
  return [...first, (1 + g) * (objectives - first.reduce((sum, v) => sum + (v / (1 + g)) * (1 + Math.sin(3 * Math.PI * v)), 0))];
}
