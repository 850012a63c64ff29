import type { TrialState } from '../../insight/figures/drawing/looks.ts';
import type { AxisScale } from '../../insight/figures/drawing/scale.ts';
import type { Path } from '../../insight/figures/drawing/series/lines.ts';

/** The colour of something in a terminal. */
export type Ink = TrialState | 'plain' | 'dim';

/** A figure for a terminal. */
export interface Sketch {
  readonly title: string;
  readonly note?: string;
  readonly drawing: PlaneSketch | Bars | Heat | ParallelSketch | Shades;
}

interface Axes {
  readonly x: AxisScale;
  readonly y: AxisScale;
}

/** Points and lines over two axes. All positions are from 0 to 1. */
export interface PlaneSketch extends Axes {
  readonly type: 'chart';
  readonly lines: readonly { readonly path: Path; readonly ink: Ink }[];
  readonly points: readonly { readonly x: number; readonly y: number; readonly ink: Ink }[];
}

/** Bars with names; each can have several parts. */
export interface Bars {
  readonly type: 'bars';
  readonly bars: readonly {
    readonly name: string;
    /** Parts of the line, from 0 to 1. */
    readonly parts: readonly { readonly from: number; readonly to: number; readonly ink: Ink }[];
    readonly text?: string;
  }[];
  /** The labels of both ends of the line. */
  readonly ends?: readonly [string, string];
}

/** A surface of cells, and marks on it. */
export interface Heat extends Axes {
  readonly type: 'heat';
  readonly across: number;
  readonly up: number;
  /** Column, row from below, and badness from 0 to 1. */
  readonly cells: readonly (readonly [number, number, number])[];
  readonly marks: readonly { readonly x: number; readonly y: number }[];
}

/** Lines of cells with names. */
export interface Shades {
  readonly type: 'shades';
  /** From the top. */
  readonly names: readonly string[];
  readonly across: number;
  /** Column, line from above, and badness from 0 to 1. */
  readonly cells: Heat['cells'];
  /** What the columns are. */
  readonly below: string;
}

/** Lines over parallel axes. */
export interface ParallelSketch {
  readonly type: 'lines';
  readonly axes: readonly AxisScale[];
  /** The last one on top. */
  readonly lines: readonly { readonly places: readonly number[]; readonly ink: Ink }[];
}
