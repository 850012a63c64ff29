import type { Axis, Point } from '../space/axis.ts';
import { separation } from './bo/plateau.ts';

const NEAR = 0.25;
const SMALLEST = 0.01;
const LARGEST = 0.15;
const GROWTH = 1.5;
const DECAY = 0.9;

/** `plateauRadius`, kept up with each result. */
export class Steps {
  readonly #axes: readonly Axis[];
  readonly #told: { readonly point: Point; readonly key: string }[] = [];
  #radius = 0;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  learn(point: Point, key: string): void {
    let nearest = Number.POSITIVE_INFINITY;
    let equal = false;
    for (const other of this.#told) {
      const apart = separation(this.#axes, point, other.point);
      if (apart > nearest || apart > NEAR) continue;
      equal = (apart === nearest && equal) || other.key === key;
      nearest = apart;
    }
    this.#told.push({ point, key });
    this.#radius = equal ? Math.min(LARGEST, Math.max(SMALLEST, GROWTH * this.#radius)) : DECAY * this.#radius;
  }

  covers(point: Point): boolean {
    const radius = this.#radius;
    return radius >= SMALLEST && this.#told.some((other) => separation(this.#axes, other.point, point) <= radius);
  }
}
