import type { Completed, ObjectiveSpec, Values } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Point } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import { lossOf } from './settings.ts';
import type { End } from './trial.ts';

/** The other fields of a result, as strategies see them. A gradient or a standard error is passed only if it is complete for all objectives. */
export function extrasOf<P>(
  fact: Completed,
  point: Point,
  space: Space<P>,
  objectives: readonly ObjectiveSpec[],
): Pick<End, 'gradient' | 'stderr' | 'constraints' | 'seconds'> {
  const { gradient, stderr, constraints, seconds } = fact;
  if (!gradient && !stderr && !constraints && seconds === undefined) return {};
  const slopes = gradient && gradientOf(gradient, point, space, objectives);
  const errors = stderr && objectives.map(({ name }) => stderr[name]);
  return omitUndefined({ gradient: slopes, stderr: errors?.every((e) => e !== undefined) ? errors : undefined, constraints, seconds });
}

/**
 * d loss / d coordinate = d value / d parameter x d parameter / d coordinate. An incomplete gradient is left out: a missing derivative is not zero.
 */
function gradientOf<P>(
  gradient: Readonly<Record<string, Values>>,
  point: Point,
  space: Space<P>,
  objectives: readonly ObjectiveSpec[],
): number[][] | undefined {
  const slopes = space.slopes(point);
  const rows: number[][] = [];
  for (const objective of objectives) {
    const byName = gradient[objective.name] ?? {};
    const row = space.axes.map(({ name }, i) => (slopes[i] === 0 ? 0 : lossOf(objective, byName[name] ?? Number.NaN) * slopes[i]!));
    if (!row.every(Number.isFinite)) return undefined;
    rows.push(row);
  }
  return rows;
}
