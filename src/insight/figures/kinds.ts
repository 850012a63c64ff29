/** The kinds of figures. */
export const figureKinds = [
  'history',
  'edf',
  'importance',
  'slice',
  'contour',
  'parallel',
  'intermediate',
  'timeline',
  'pareto',
  'rank',
  'hypervolume',
  'schedule',
  'examples',
] as const;
export type FigureKind = (typeof figureKinds)[number];
