import type { Ends } from '../lib/scale.ts';

/** What is drawn over a chart, as often as its data or what is selected of them change, which may be in every frame. */
export interface Overlay {
  readonly grids: readonly Grid[];
  /** Returns what ends it, where it goes on for some frames. */
  draw(canvas: HTMLCanvasElement, frames: readonly Frame[], ratio: number): (() => void) | undefined;
  /** The index of the trial that is meant by a place in pixels. */
  nearest(frames: readonly Frame[], x: number, y: number): number | undefined;
}

/** A grid of a chart, and for each of its axes the values that two places stand for. */
export interface Grid {
  readonly grid?: number;
  readonly x: Ends;
  readonly y: Ends;
}

/** Where a grid lies on the screen: pixels of the places 0, and from there to 1. */
export interface Frame {
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly height: number;
  /** What of it is seen, from and to. */
  readonly seen: readonly [left: number, right: number];
}

/** Pixels from what is drawn within which it is meant. */
export const NEAR = 9;

/** Places that are not on an axis are drawn a little beside it. */
const BESIDE = 0.02;
const held = (place: number): number => Math.min(1 + BESIDE, Math.max(-BESIDE, place));

export const across = ({ left, width }: Frame, place: number): number => left + held(place) * width;
export const up = ({ bottom, height }: Frame, place: number): number => bottom - held(place) * height;
