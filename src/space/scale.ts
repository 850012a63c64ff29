import { SpaceError } from '../errors.ts';
import type { Axis, Levels } from './axis.ts';
import type { Value } from './dimension.ts';

/** How a parameter's values lie on its coordinate. */
export interface Scale {
  readonly kind: Axis['kind'] | 'constant';
  /** Present where there are finitely many values. */
  readonly levels?: Levels;
  /** What a value has to be, in words. */
  readonly expects: string;
  accepts(value: unknown): boolean;
  toValue(coordinate: number): Value;
  /** Not in [0, 1] if the value is none of the parameter's. */
  toCoordinate(value: unknown): number;
  /** d value / d coordinate; 0 if that means nothing. */
  slope(coordinate: number): number;
}

/** A level's coordinate is the middle of its bin; all bins are equally wide. */
export const evenLevels = (count: number): Levels => ({
  count,
  at: (k) => (k + 0.5) / count,
  of: (coordinate) => Math.max(0, Math.min(count - 1, Math.floor(coordinate * count))),
});

/** The place of a coordinate that was snapped: on a level, or where the rounded value lies. */
export const snapOn = ({ levels, toCoordinate, toValue }: Scale, coordinate: number): number =>
  levels ? levels.at(levels.of(coordinate)) : toCoordinate(toValue(coordinate));

/** Holds a coordinate to [0, 1]. */
export function unit(coordinate: number | undefined, name: string): number {
  if (coordinate! >= 0) return coordinate! <= 1 ? coordinate! : 1;
  if (coordinate! < 0) return 0;
  throw new SpaceError(`${name}: expected a coordinate in [0, 1], got ${coordinate}`);
}
