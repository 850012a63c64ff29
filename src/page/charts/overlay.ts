import type { Frame } from '../../insight/figures/cells.ts';
import type { Ends } from '../../insight/figures/drawing/scale.ts';

/** Trials drawn over a chart. They are redrawn if data or selection change, which can happen in every frame. */
export interface Overlay {
  readonly grids: readonly Grid[];
  /** @returns a function that stops drawing, if it takes several frames. */
  draw(canvas: HTMLCanvasElement, frames: readonly Frame[], ratio: number): (() => void) | undefined;
  /** The index of the trial at a point in pixels. */
  nearest(frames: readonly Frame[], x: number, y: number): number | undefined;
}

/** A grid of a chart, and the values of two places on each of its axes. */
export interface Grid {
  readonly grid?: number;
  readonly x: Ends;
  readonly y: Ends;
}

/** The pointer selects within this many pixels. */
export const NEAR = 9;

export const across = ({ left, width }: Frame, place: number): number => left + place * width;
export const up = ({ bottom, height }: Frame, place: number): number => bottom - place * height;
