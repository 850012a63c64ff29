import { cut } from './drawing/format.ts';
import { stepScale } from './drawing/scale.ts';
import { type Path, upTo } from './drawing/series/lines.ts';
import { bestRow, type FigureRow, type FigureStudy } from './figureStudy.ts';
import { overAxes, type Plan } from './plan.ts';

/** The best trial and those that it resumes one after the other, the first one first. */
export function bestLineage(study: Pick<FigureStudy, 'objectives' | 'ranked' | 'rowOf'>): readonly FigureRow[] {
  const line: FigureRow[] = [];
  let row = bestRow(study);
  while (row && !line.includes(row)) {
    line.unshift(row);
    row = row.resumes === undefined ? undefined : study.rowOf(row.resumes);
  }
  return line;
}

/** The schedule of a parameter, in places: its value after each step of the training that led to the best trial. @returns nothing if it never changed */
export function schedulePath(study: FigureStudy, axis: number): Path {
  const column = study.columns[axis]!;
  const path: (readonly [step: number, place: number])[] = [];
  let step = 0;
  for (const row of bestLineage(study)) {
    const place = column[study.rows.indexOf(row)]!;
    if (!Number.isNaN(place)) path.push([step, place]);
    step = Math.max(step, row.step ?? row.curve.at(-2) ?? row.budget ?? step);
  }
  return path.some(([, place]) => place !== path[0]![1]) ? upTo(step, path) : [];
}

/** The parameters that changed on the way to the best trial, by their axes. */
export const scheduled = (study: FigureStudy): readonly number[] =>
  [...study.parameters.keys()].filter((axis) => schedulePath(study, axis).length > 0);

const WAY = 'on the way to the best trial, along the trials that it resumes';

/** Each parameter that changed, over the steps of the training that led to the best trial. */
export const schedulePlans = (study: FigureStudy): readonly Plan[] =>
  scheduled(study).map((axis) => {
    const { name } = study.scales[axis]!;
    return overAxes({
      title: cut(name, 60),
      note: WAY,
      label: `${cut(name, 80)} by step, ${WAY}`,
      height: 210,
      plane: () => {
        const [path, y] = [schedulePath(study, axis), study.scales[axis]!];
        const x = stepScale(path.at(-1)?.[0] ?? 1);
        return { x, y, lines: [{ path: path.map(([step, place]) => [x.place(step), place] as const), colour: 'completed' }] };
      },
    });
  });
