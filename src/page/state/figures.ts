import type { FigureStudy } from '../../insight/figures/study.ts';
import { selected } from './selection.ts';
import { columns, detail, knownImportances, objectives, onFront, parameters, ranked, rows, scales, shownRow, shownView } from './store.ts';

/** The shown study, for figures. A figure is updated when a part that it reads changes. */
export const figures: FigureStudy = {
  get rows() {
    return rows.value;
  },
  rowOf: shownRow,
  get objectives() {
    return objectives.value;
  },
  get parameters() {
    return parameters.value;
  },
  get scales() {
    return scales.value;
  },
  get columns() {
    return columns.value;
  },
  get ranked() {
    return ranked.value;
  },
  get onFront() {
    return onFront.value;
  },
  get importances() {
    return knownImportances.value;
  },
  get at() {
    return detail.value?.at ?? 0;
  },
  get view() {
    return shownView();
  },
  isChosen: (index) => selected.value[index] === 1,
};
