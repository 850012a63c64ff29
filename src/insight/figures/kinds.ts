/** The kinds of figures. */
export const figureKinds = [
  'history',
  'importance',
  'slice',
  'contour',
  'parallel',
  'intermediate',
  'timeline',
  'pareto',
  'hypervolume',
  'schedule',
  'examples',
] as const;
export type FigureKind = (typeof figureKinds)[number];
