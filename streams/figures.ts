export type { Theme } from '../src/figures/drawing/colours.ts';
export { themes } from '../src/figures/drawing/colours.ts';
export type { ChartOption } from '../src/figures/drawing/option.ts';
export type { Figure } from '../src/figures/figures.ts';
export { figuresOf, NoFigureError } from '../src/figures/figures.ts';
export type { FigureKind } from '../src/figures/kinds.ts';
export { figureKinds } from '../src/figures/kinds.ts';
export type { FigureStudy, StudyParts } from '../src/figures/study.ts';
export { figureStudy } from '../src/figures/study.ts';
