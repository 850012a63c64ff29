import { ownValue } from '../schema/ownValue.ts';
import type { Point } from './axis.ts';
import type { Codec, Configuration } from './codec.ts';
import type { Parameter } from './parameter.ts';
import type { Scale } from './scale.ts';

/** The point that is closest to a configuration of another space, see `Space.closest`. */
export function closest(parameters: readonly Parameter[], codec: Codec, params: Configuration): Point | undefined {
  const point: number[] = [];
  for (const { name, scale, axis, prior } of parameters) {
    if (axis < 0) continue;
    const value = ownValue(params, name);
    const coordinate = value === undefined ? (prior?.quantile(0.5) ?? 0.5) : coordinateOf(scale, value);
    if (Number.isNaN(coordinate)) return undefined;
    point.push(coordinate);
  }
  return codec.snap(point);
}

/** The coordinate of the closest number or of an equal value; NaN if there is none. */
function coordinateOf({ kind, toValue, toCoordinate }: Scale, value: unknown): number {
  if (kind !== 'float' && kind !== 'int') return toCoordinate(value);
  if (typeof value !== 'number') return Number.NaN;
  return toCoordinate(Math.min(Math.max(value, toValue(0) as number), toValue(1) as number));
}
