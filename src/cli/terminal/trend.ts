import type { ObjectiveSpec } from '../../facts/facts.ts';
import { figureStudy } from '../../insight/figures/figureStudy.ts';
import { historyPlan } from '../../insight/figures/history.ts';
import type { TrialRow } from '../../study/trials.ts';
import { chartText } from './chart.ts';

/** From this number of results on, a picture shows something. */
const FEWEST_RESULTS = 3;
/** The share of new results after which it is drawn again: a picture of many takes long. */
const GROWN = 1.005;

/** The values of trials and the best one so far, drawn again as they become more. */
export function trend(rows: () => Iterable<TrialRow>, count: () => number) {
  let known = { count: 0, size: '', lines: [] as readonly string[] };
  return (columns: number, lines: number, objective: ObjectiveSpec): readonly string[] => {
    const size = `${columns} ${lines}`;
    if (count() < FEWEST_RESULTS) return [];
    if (size !== known.size || count() >= GROWN * known.count) {
      const study = figureStudy({ rows: [...rows()], objectives: [objective], space: { parameters: {} }, at: 0 });
      known = { count: count(), size, lines: chartText(historyPlan(study), study, { columns, lines }) };
    }
    return known.lines;
  };
}
