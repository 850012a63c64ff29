import { fingerprint } from '../../numeric/fingerprint.ts';
import { type Axis, active, type Point } from '../../space/axis.ts';

/** The configurations suggested so far, where a repeat is possible: those whose active axes all have finitely many values. */
export class SuggestedPoints {
  readonly #axes: readonly Axis[];
  readonly #keys = new Set<number>();

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  add(point: Point): void {
    if (this.#canRepeat(point)) this.#keys.add(fingerprint(point));
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#keys.size > 0 && this.#canRepeat(point) && this.#keys.has(fingerprint(point));
  }

  #canRepeat(point: Point): boolean {
    if (this.#axes.some(({ levels, when }) => !levels && !when)) return false;
    const on = active(this.#axes, point);
    return this.#axes.every(({ levels }, i) => levels || !on[i]);
  }
}
