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

/** A grid on the screen: the pixels of place 0, and the distance to place 1. */
export interface Frame {
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly height: number;
  /** The visible part. */
  readonly seen: readonly [left: number, right: number];
}

/** The pointer selects within this many pixels. */
export const NEAR = 9;

/** Places outside an axis are drawn this far from its end. */
const OUTSIDE = 0.02;
const held = (place: number): number => Math.min(1 + OUTSIDE, Math.max(-OUTSIDE, place));

export const across = ({ left, width }: Frame, place: number): number => left + held(place) * width;
export const up = ({ bottom, height }: Frame, place: number): number => bottom - held(place) * height;
