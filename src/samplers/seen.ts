import type { Rng } from '../numeric/random.ts';
import { index } from '../numeric/random.ts';
import { type Axis, active, type Domain, draw, type Point } from '../space/axis.ts';

/** How many draws from the priors are tried before, in a finite space, any other configuration will do. */
const DRAWS = 64;
/** How many configurations are looked at in search of a new one. */
const SCAN = 20_000;

/** Which configurations have been handed out, where that can matter: those whose active axes all have finitely many values. */
export class Seen {
  readonly #axes: readonly Axis[];
  readonly #keys = new Set<string>();

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  add(point: Point): void {
    if (this.#countable(point)) this.#keys.add(point.join());
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#keys.size > 0 && this.#countable(point) && this.#keys.has(point.join());
  }

  #countable(point: Point): boolean {
    if (this.#axes.every(({ levels }) => levels)) return true;
    if (this.#axes.every(({ levels, when }) => levels || !when)) return false;
    const on = active(this.#axes, point);
    return this.#axes.every(({ levels }, i) => levels || !on[i]);
  }
}

/** A draw from the priors that is new; `undefined` where every configuration has been handed out. */
export function drawUnseen(domain: Domain, seen: Seen, rng: Rng): Point | undefined {
  for (let k = 0; k < DRAWS; k++) {
    const point = domain.snap(draw(domain.axes, rng));
    if (!seen.has(point)) return point;
  }
  return domain.axes.every(({ levels }) => levels) ? firstUnseen(domain, seen, rng) : domain.snap(draw(domain.axes, rng));
}

/** The first new configuration in the order of counting, from a random one on. */
function firstUnseen({ axes, snap, feasible }: Domain, seen: Seen, rng: Rng): Point | undefined {
  const digits = axes.map(({ levels }) => index(rng, levels!.count));
  const count = axes.reduce((product, { levels }) => product * levels!.count, 1);
  for (let k = 0; k < Math.min(count, SCAN); k++) {
    const point = snap(digits.map((digit, i) => axes[i]!.levels!.at(digit)));
    if (feasible(point) && !seen.has(point)) return point;
    for (let i = 0; i < axes.length; i++) {
      digits[i] = (digits[i]! + 1) % axes[i]!.levels!.count;
      if (digits[i] !== 0) break;
    }
  }
  return undefined;
}
