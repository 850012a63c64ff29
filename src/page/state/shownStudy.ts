import { computed } from '@preact/signals';
import type { FigureStudy } from '../../insight/figures/figureStudy.ts';
import { selected } from './selection.ts';
import {
  columns,
  detail,
  knownImportances,
  latestExamples,
  objectives,
  onFront,
  parameters,
  ranked,
  rows,
  scales,
  shownRow,
  shownView,
} from './store.ts';

const parts = {
  ...{ rows, objectives, parameters, scales, columns, ranked, onFront, importances: knownImportances, examples: latestExamples },
  at: computed(() => detail.value?.at ?? 0),
  view: computed(shownView),
};
const getters = Object.entries(parts).map(([name, part]) => [name, { enumerable: true, get: () => part.value }]);

/** The shown study, for figures. A figure is updated when a part that it reads changes. */
export const figures = Object.defineProperties(
  { rowOf: shownRow, isChosen: (index: number) => selected.value[index] === 1 },
  Object.fromEntries(getters),
) as FigureStudy;
