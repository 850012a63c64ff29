import { parseSpace } from '../../space/space.ts';
import type { StudyParts } from '../figures/study.ts';
import type { Importances } from '../importance/importances.ts';
import { rowImportances } from '../importance/rowImportances.ts';
import { type GainAfter, gains } from './gains.ts';

/** How much each parameter matters for the first objective, for `figureStudy`. Undefined if there are too few results, or all are equal. */
export function importances({ rows, objectives, space }: StudyParts): Importances | undefined {
  const curves = new Map(rows.map(({ trial, curve = [] }) => [trial, curve]));
  const curveOf = ({ trial }: { readonly trial: number }) => curves.get(trial)!;
  const computation = rowImportances({ space: parseSpace(space), objective: objectives[0]!, rows, curveOf, seed: '' });
  for (;;) {
    const { done, value } = computation.next();
    if (done) return value;
  }
}

/** What further trials were expected to gain in the first objective, for `figureStudy`. */
export const expectedGains = ({ rows, objectives, space }: StudyParts): readonly GainAfter[] =>
  gains(parseSpace(space), objectives[0]!, rows);
