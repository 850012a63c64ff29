import type { Ended, Suggested, TrialId } from '../messages.ts';
import { Parzen } from '../numeric/parzen.ts';
import type { Rng } from '../numeric/random.ts';
import { type Support, supportOf } from '../numeric/support.ts';
import { type Axis, active, type Domain, type Point } from '../space/axis.ts';
import { acrossBudgets } from './acrossBudgets.ts';
import { type Good, goodOf } from './good.ts';
import { Repetition } from './repetition.ts';
import { byStanding, type Standing, standingOf } from './standing.ts';
import { subspaces } from './subspaces.ts';

/** The axes that exist together, and the density of the trials that have them and are not good. */
interface Subspace {
  readonly axes: readonly number[];
  readonly supports: readonly Support[];
  readonly bad: Parzen;
}

/** A point with the log of l / g there, summed over its subspaces. */
export interface Candidate {
  readonly point: Point;
  readonly ratio: number;
}

/** Whether the axes of a subspace exist at a point. */
const exists = (all: readonly Axis[], [first]: readonly number[], point: Point): boolean =>
  !all[first!]!.when || active(all, point)[first!]!;

/** A point with the axes of a subspace as drawn. */
function placed({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>, draw: readonly number[], point: Point): Point {
  const there = [...point];
  for (const [j, i] of axes.entries()) there[i] = supports[j]!.cells?.centres[draw[j]!] ?? draw[j]!;
  return there;
}

/**
 * The draw with the highest l / g. The density of the bad trials is what costs: it is found for those draws alone that can still win, and no
 * further than that.
 */
function choose(
  good: Parzen,
  bad: Parzen,
  draws: readonly (readonly number[])[],
): { readonly draw: readonly number[]; readonly ratio: number } {
  const ranked = draws.map((draw) => {
    const l = good.logDensity(draw);
    return { draw, l, most: l - bad.leastLogDensity(draw) };
  });
  ranked.sort((a, b) => b.most - a.most);
  let best = { draw: ranked[0]!.draw, ratio: Number.NEGATIVE_INFINITY };
  for (const { draw, l, most } of ranked) {
    if (most <= best.ratio) break;
    const ratio = l - bad.logDensity(draw, l - best.ratio);
    if (ratio > best.ratio) best = { draw, ratio };
  }
  return best;
}

/** The good trials are few, and the usual clip would blur them to a tenth of the range and more for long. */
const SHARPER = 0.6;

/** What the facts say of good and bad places. It grows with each fact, and its answers depend on the facts alone. */
export class Evidence {
  readonly repetition: Repetition;
  readonly #axes: readonly Axis[];
  readonly #priorWeight: number;
  readonly #subspaces: readonly Subspace[];
  /** The slot of each trial; a trial that goes on with the same point has that of the one before it. */
  readonly #slots = new Map<TrialId, number>();
  readonly #points: Point[] = [];
  readonly #standings: (Standing | undefined)[] = [];
  readonly #ranking: Standing[] = [];
  /** With one objective, what completed trials came to at each budget. */
  readonly #byBudget = new Map<number, Map<number, number>>();
  #good: Good = new Map();

  constructor(axes: readonly Axis[], priorWeight: number) {
    this.repetition = new Repetition(axes);
    this.#axes = axes;
    this.#priorWeight = priorWeight;
    this.#subspaces = subspaces(axes).map((group) => {
      const supports = group.map((i) => supportOf(axes[i]!));
      return { axes: group, supports, bad: new Parzen(supports, { priorWeight }) };
    });
  }

  take(fact: Suggested | Ended): void {
    this.repetition.take(fact);
    if (fact.type === 'suggested') this.#expect(fact);
    else this.#learn(fact);
  }

  #expect({ id, point, resumes }: Suggested): void {
    const parent = resumes === undefined ? undefined : this.#slots.get(resumes);
    if (parent !== undefined && this.#points[parent]!.every((u, i) => u === point[i])) {
      this.#slots.set(id, parent);
      return;
    }
    const slot = this.#points.push(point) - 1;
    this.#slots.set(id, slot);
    this.#join(slot);
  }

  #learn(fact: Ended): void {
    const slot = this.#slots.get(fact.id);
    if (slot === undefined) return;
    const before = this.#standings[slot];
    const standing = standingOf(slot, fact);
    if (standing === undefined) {
      if (before === undefined) this.#leave(slot);
      return;
    }
    if (standing.tier === 0 && standing.losses.length === 1) this.#note(standing);
    if (before) this.#ranking.splice(this.#rank(before), 1);
    this.#standings[slot] = standing;
    this.#ranking.splice(this.#rank(standing), 0, standing);
  }

  #note({ slot, fidelity, losses }: Standing): void {
    const at = this.#byBudget.get(fidelity) ?? new Map<number, number>();
    this.#byBudget.set(fidelity, at.set(slot, losses[0]!));
  }

  /** The place of a standing among the others. */
  #rank(standing: Standing): number {
    let low = 0;
    let high = this.#ranking.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byStanding(this.#ranking[middle]!, standing) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #divide(): void {
    const good = goodOf(acrossBudgets(this.#ranking, this.#byBudget));
    for (const slot of this.#good.keys()) if (!good.has(slot)) this.#join(slot);
    for (const slot of good.keys()) if (!this.#good.has(slot)) this.#leave(slot);
    this.#good = good;
  }

  #join(slot: number): void {
    for (const s of this.#active(slot)) s.bad.add(slot, this.#encode(s, this.#points[slot]!));
  }
  #leave(slot: number): void {
    for (const s of this.#active(slot)) s.bad.remove(slot);
  }
  #active(slot: number): readonly Subspace[] {
    return this.#subspaces.filter(({ axes }) => exists(this.#axes, axes, this.#points[slot]!));
  }
  #encode({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>, point: Point): number[] {
    return axes.map((i, j) => (supports[j]!.cells ? this.#axes[i]!.levels!.of(point[i]!) : point[i]!));
  }

  /**
   * The best of some draws from l, subspace after subspace: which ones exist depends on what was chosen before.
   *
   * @returns nothing where all draws were handed out before.
   */
  best(count: number, { snap }: Domain, rng: Rng): Candidate | undefined {
    this.#divide();
    const nowhere = this.#axes.map(() => 0.5);
    let point: Point = nowhere;
    let ratio = 0;
    for (const subspace of this.#subspaces) {
      if (!exists(this.#axes, subspace.axes, point)) continue;
      const good = this.#densityOfGood(subspace);
      const draws = Array.from({ length: count }, () => good.draw(rng));
      // Where all axes exist together, a draw is a configuration.
      const alone = this.#subspaces.length === 1;
      const fresh = alone ? draws.filter((draw) => !this.repetition.has(snap(placed(subspace, draw, nowhere)))) : draws;
      if (fresh.length === 0) return undefined;
      const chosen = choose(good, subspace.bad, fresh);
      ratio += chosen.ratio;
      point = placed(subspace, chosen.draw, point);
    }
    const snapped = snap(point);
    return this.repetition.has(snapped) ? undefined : { point: snapped, ratio };
  }

  #densityOfGood({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>): Parzen {
    const slots = [...this.#good.keys()].filter((slot) => exists(this.#axes, axes, this.#points[slot]!)).sort((a, b) => a - b);
    const weights = slots.flatMap((slot) => this.#good.get(slot) ?? []);
    const density = new Parzen(supports, {
      priorWeight: this.#priorWeight,
      clip: SHARPER,
      ...(weights.length > 0 && { weights: () => Float64Array.from(weights) }),
    });
    // Slots of its own: what is numbered by all trials would make room for all.
    for (const [k, slot] of slots.entries()) density.add(k, this.#encode({ axes, supports }, this.#points[slot]!));
    return density;
  }
}
