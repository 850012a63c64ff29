import type { Axis } from '../../space/axis.ts';

/**
 * Groups the axes that exist under the same conditions, parents before children. A trial has all axes of a group or none, so each group has a
 * joint density without imputation (Optuna's `group`).
 */
export function subspaces(axes: readonly Axis[]): readonly (readonly number[])[] {
  const conditions: string[] = [];
  const groups = new Map<string, number[]>();
  axes.forEach(({ when }, i) => {
    const condition = when ? `${conditions[when.axis]}/${when.axis}:${[...when.levels].sort((a, b) => a - b)}` : '';
    conditions.push(condition);
    const group = groups.get(condition);
    if (group) group.push(i);
    else groups.set(condition, [i]);
  });
  return [...groups.values()];
}
