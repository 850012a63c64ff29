import { cut, formatNumber } from './drawing/format.ts';
import { shareScale } from './drawing/scale.ts';
import { overAxes, type Plan, type Plane } from './plan.ts';
import { type FigureStudy, objectiveValue, sign } from './study.ts';

/** The share of results that are at least as good as each value (empirical distribution function). */
export function distributionPlan(study: FigureStudy): Plan {
  const [objective] = study.objectives;
  const middle = study.ranked[study.ranked.length >> 1];
  return overAxes({
    title: `Distribution of ${cut(objective?.name ?? '', 60)}`,
    note: middle
      ? `share of results that are at least as good; half are ${formatNumber(objectiveValue(middle, objective))} or better`
      : 'no result yet',
    label: 'Share of results that are at least as good as a value',
    height: 260,
    plane: () => distributionPlane(study),
  });
}

function distributionPlane({ objectives: [objective], scales, parameters, ranked }: FigureStudy): Plane | undefined {
  const [x, y] = [scales[parameters.length], shareScale()];
  if (objective === undefined || x === undefined) return undefined;
  const results = ranked.map((row) => objectiveValue(row, objective)!);
  const steps = distribution(results, sign(objective)).map(({ value, share }) => [x.place(value), share] as const);
  return { x, y, lines: [{ path: steps.filter(([place]) => place >= 0 && place <= 1), colour: 'completed' }] };
}

/** The share of the results that are at least as good as each of them, from the best on. @param sign 1 if low values are good, else -1 */
export function distribution(results: readonly number[], sign: number): { readonly value: number; readonly share: number }[] {
  const sorted = results.toSorted((a, b) => sign * (a - b));
  const steps: { readonly value: number; readonly share: number }[] = [];
  for (const [i, value] of sorted.entries()) {
    if (value !== sorted[i + 1]) steps.push({ value, share: (i + 1) / sorted.length });
  }
  return steps;
}
