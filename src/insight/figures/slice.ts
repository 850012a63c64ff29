import { cut, percent } from './drawing/format.ts';
import { clamped } from './drawing/scale.ts';
import { predicted } from './drawing/series/predicted.ts';
import type { FigureStudy } from './figureStudy.ts';
import { overAxes, type Plan, type Plane } from './plan.ts';
import { trialsOver } from './points.ts';

/** The value over a single parameter, with the mean that a forest predicts. */
export const slicePlan = (study: FigureStudy, { name, axis, ...note }: ReturnType<typeof sliceOrder>[number]): Plan =>
  overAxes({
    title: cut(name, 60),
    ...note,
    label: `Value over ${cut(name, 80)}, with the mean that a random forest predicts`,
    height: 210,
    plane: () => slicePlane(study, axis),
    points: () => trialsOver(study, axis, study.parameters.length),
  });

function slicePlane({ scales, parameters, importances }: FigureStudy, axis: number): Plane | undefined {
  const [x, y] = [scales[axis], scales[parameters.length]];
  if (x === undefined || y === undefined) return undefined;
  const means = importances?.marginals?.[x.name] ?? [];
  const path = x.labels ? [] : means.map(({ value, mean }) => [x.place(value), y.place(clamped(y, mean))] as const);
  return { x, y, lines: [{ path, colour: 'running', isStraight: true }], more: (theme) => predicted(means, x, y, theme) };
}

/** The axes of the parameters, the most important first, and what each explains of how many results, if that is known. */
export function sliceOrder({ parameters, importances }: Pick<FigureStudy, 'parameters' | 'importances'>) {
  const { fanova, results, partial } = importances ?? {};
  const from = `from ${results} results${partial ? `, ${partial} of them trained in part` : ''}`;
  return parameters
    .map(([name], axis) => ({ name, axis, share: fanova?.[name] }))
    .sort((a, b) => (fanova ? b.share! - a.share! : 0))
    .map(({ name, axis, share }) => ({ name, axis, ...(fanova && { note: `explains ${percent(share)} of the variation, ${from}` }) }));
}
