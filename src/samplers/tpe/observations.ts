import { orderOf } from '../../budgets/order.ts';
import { RungResults } from '../../budgets/rungResults.ts';
import { RepeatTracker } from '../../duplicates/repeatRate.ts';
import type { Ended, Env, Reported, Suggested } from '../../messages.ts';
import { Parzen } from '../../numeric/parzen/parzen.ts';
import type { Support } from '../../numeric/parzen/support.ts';
import type { Rng } from '../../numeric/random.ts';
import { type Axis, active, type Domain, type Point } from '../../space/axis.ts';
import { supportOf } from '../parzenSupport.ts';
import { byStanding, type Standing, standingOf } from '../rankedTrial.ts';
import { type Good, goodOf } from './splitTrials.ts';
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
  readonly repeats: RepeatTracker;
  readonly #axes: readonly Axis[];
  readonly #priorWeight: number;
  readonly #subspaces: readonly Subspace[];
  /** What each configuration came to at each budget; a standing's slot is the index of its configuration. */
  readonly #results: RungResults;
  readonly #standings: (Standing | undefined)[] = [];
  readonly #ranking: Standing[] = [];
  /** Configurations whose only trials failed: they are neither good nor bad. */
  readonly #void = new Set<number>();
  #good: Good = new Map();

  constructor({ axes, rungs }: Pick<Env, 'axes' | 'rungs'>, priorWeight: number) {
    this.repeats = new RepeatTracker(axes);
    this.#results = new RungResults(axes, rungs);
    this.#axes = axes;
    this.#priorWeight = priorWeight;
    this.#subspaces = subspaces(axes).map((group) => {
      const supports = group.map((i) => supportOf(axes[i]!));
      return { axes: group, supports, bad: new Parzen(supports, { priorWeight }) };
    });
  }

  /** Whether a report says more than is known. */
  isNew(fact: Reported): boolean {
    return this.#results.isNew(fact);
  }

  take(fact: Suggested | Reported | Ended): void {
    const known = this.#results.configurations.length;
    this.#results.take(fact);
    this.repeats.take(fact);
    if (fact.type === 'reported') return;
    if (fact.type === 'ended') this.#learn(fact);
    else if (this.#results.configurations.length > known) this.#join(known);
  }

  #learn(fact: Ended): void {
    const slot = this.#results.of(fact.id)?.index;
    if (slot === undefined) return;
    const before = this.#standings[slot];
    const standing = standingOf(slot, fact);
    if (standing === undefined) {
      if (before !== undefined || this.#void.has(slot)) return;
      if (!this.#good.has(slot)) this.#leave(slot);
      this.#void.add(slot);
      return;
    }
    if (before) this.#ranking.splice(this.#rank(before), 1);
    this.#standings[slot] = standing;
    this.#ranking.splice(this.#rank(standing), 0, standing);
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
    const good = goodOf(this.#ranked());
    for (const slot of this.#good.keys()) if (!good.has(slot) && !this.#void.has(slot)) this.#join(slot);
    for (const slot of good.keys()) if (!this.#good.has(slot)) this.#leave(slot);
    this.#good = good;
  }

  /** Best first. Where budgets differ: the one order of all configurations, and behind them the infeasible ones. */
  #ranked(): readonly Standing[] {
    if (!this.#results.differ || this.#ranking.some(({ losses }) => losses.length > 1)) return this.#ranking;
    const order = orderOf(this.#results.counted).map(
      ({ configuration: { index, top, losses } }): Standing => ({ slot: index, tier: 0, fidelity: top, losses: [losses.get(top)!] }),
    );
    const placed = new Set(order.map(({ slot }) => slot));
    return [...order, ...this.#ranking.filter(({ slot, tier }) => tier === 2 && !placed.has(slot))];
  }

  #join(slot: number): void {
    for (const s of this.#active(slot)) s.bad.add(slot, this.#encode(s, this.#pointOf(slot)));
  }
  #leave(slot: number): void {
    for (const s of this.#active(slot)) s.bad.remove(slot);
  }
  #active(slot: number): readonly Subspace[] {
    return this.#subspaces.filter(({ axes }) => exists(this.#axes, axes, this.#pointOf(slot)));
  }
  #pointOf(slot: number): Point {
    return this.#results.configurations[slot]!.point;
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
      const fresh = alone ? draws.filter((draw) => !this.repeats.has(snap(placed(subspace, draw, nowhere)))) : draws;
      if (fresh.length === 0) return undefined;
      const chosen = choose(good, subspace.bad, fresh);
      ratio += chosen.ratio;
      point = placed(subspace, chosen.draw, point);
    }
    const snapped = snap(point);
    return this.repeats.has(snapped) ? undefined : { point: snapped, ratio };
  }

  #densityOfGood({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>): Parzen {
    const slots = [...this.#good.keys()].filter((slot) => exists(this.#axes, axes, this.#pointOf(slot))).sort((a, b) => a - b);
    const weights = slots.flatMap((slot) => this.#good.get(slot) ?? []);
    const density = new Parzen(supports, {
      priorWeight: this.#priorWeight,
      clip: SHARPER,
      ...(weights.length > 0 && { weights: () => Float64Array.from(weights) }),
    });
    // Slots of its own: what is numbered by all trials would make room for all.
    for (const [k, slot] of slots.entries()) density.add(k, this.#encode({ axes, supports }, this.#pointOf(slot)));
    return density;
  }
}
