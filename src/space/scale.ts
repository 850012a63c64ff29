import { SpaceError } from '../errors.ts';
import type { Axis, Levels } from './axis.ts';
import type { Value } from './value.ts';

/** The mapping of a parameter's values to its coordinate. */
export interface Scale {
  /** Absent for a constant, which has no axis. */
  readonly kind?: Axis['kind'];
  /** Whether neighbouring coordinates are neighbouring values. */
  readonly ordered: boolean;
  /** Present if there are finitely many values. */
  readonly levels?: Levels;
  /** What describes each level, scaled to [0, 1]. */
  readonly features?: Axis['features'];
  /** The coordinate at which the bin of the k-th level begins. Absent: all bins are equally wide. */
  readonly cut?: (k: number) => number;
  /** The valid values, in words. */
  readonly expects: string;
  accepts(value: unknown): boolean;
  toValue(coordinate: number): Value;
  /** Outside of [0, 1] if the parameter does not have the value. */
  toCoordinate(value: unknown): number;
  /** d value / d coordinate; 0 for values without a derivative. */
  slope(coordinate: number): number;
}

/** The coordinate of a level is the middle of its bin; all bins are equally wide. */
export const evenLevels = (count: number): Levels => ({
  count,
  at: (k) => (k + 0.5) / count,
  of: (coordinate) => Math.max(0, Math.min(count - 1, Math.floor(coordinate * count))),
});

/** The snapped coordinate: that of the level, or of the rounded value. */
export const snapOn = ({ levels, toCoordinate, toValue }: Scale, coordinate: number): number =>
  levels ? levels.at(levels.of(coordinate)) : toCoordinate(toValue(coordinate));

/** Clamps a coordinate to [0, 1]. */
export function clampToUnit(coordinate: number | undefined, name: string): number {
  if (coordinate! >= 0) return coordinate! <= 1 ? coordinate! : 1;
  if (coordinate! < 0) return 0;
  throw new SpaceError(`${name}: expected a coordinate in [0, 1], got ${coordinate}`);
}
