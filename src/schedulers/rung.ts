import { type Agreement, agreement, type Pair } from '../budgets/firstRung.ts';
import type { Configuration } from '../budgets/rungResults.ts';
import type { Ended } from '../messages.ts';
import { insertSorted, rankOf } from '../numeric/sorted.ts';

/** A configuration as its scheduler sees it. */
export interface Member {
  readonly configuration: Configuration;
  /** Index of the first rung at which it is compared. */
  readonly from: number;
  /** Index of the rung up to which it was last sent. */
  to: number;
  /** The trial that completed there and may be resumed. */
  waiting?: Ended | undefined;
  /** Its loss at each rung where it counts, by the index of the rung. */
  readonly stands: (number | undefined)[];
}

/** So many of the latest pairs say how well a rung predicts: Kendall's tau takes time that grows with the square. */
const WINDOW = 64;

/** The configurations with a result at one budget, the best first. Equal losses stand in the order of their configurations. */
export class Rung {
  readonly budget: number;
  readonly #index: number;
  readonly #sorted: Member[] = [];
  /** The latest that came here from the rung before without having been selected there. */
  #unselected: readonly Member[] = [];
  /** The latest that were selected there. */
  #selected: readonly Member[] = [];
  #agreement: Agreement | undefined;

  constructor(budget: number, index: number) {
    this.budget = budget;
    this.#index = index;
  }

  /** Takes in what a configuration came to here; takes out what does not count any more. */
  settle(member: Member): void {
    const { configuration, stands, from } = member;
    const loss = configuration.counts ? configuration.losses.get(this.budget) : undefined;
    const before = stands[this.#index];
    if (loss === before) return;
    if (before !== undefined) this.#remove(member);
    stands[this.#index] = loss;
    if (loss === undefined) return;
    insertSorted(this.#sorted, member, this.#precedes);
    if (stands[this.#index - 1] === undefined) return;
    if (from >= this.#index) this.#unselected = [...this.#unselected, member].slice(-WINDOW);
    else this.#selected = [...this.#selected, member].slice(-WINDOW);
    this.#agreement = undefined;
  }

  #remove(member: Member): void {
    this.#sorted.splice(rankOf(this.#sorted, member, this.#precedes) - 1, 1);
    this.#unselected = this.#unselected.filter((other) => other !== member);
    this.#selected = this.#selected.filter((other) => other !== member);
    this.#agreement = undefined;
  }

  readonly #precedes = (a: Member, b: Member): boolean => {
    const [x, y] = [a.stands[this.#index]!, b.stands[this.#index]!];
    return x < y || (x === y && a.configuration.index < b.configuration.index);
  };

  /** How well the rung before predicts the order here. */
  get agreement(): Agreement {
    const pair = ({ stands }: Member): Pair => [stands[this.#index - 1]!, stands[this.#index]!];
    this.#agreement ??= agreement(this.#unselected.map(pair), this.#selected.map(pair));
    return this.#agreement;
  }

  /**
   * The best that waits here, unless one in `eta` has gone on.
   *
   * @param bracket counts only the configurations of one bracket
   */
  candidate(eta: number, bracket?: number): Member | undefined {
    const members = this.#of(bracket);
    const gone = members.filter(({ from, to }) => from <= this.#index && to > this.#index).length;
    if ((gone + 1) * eta > members.length) return undefined;
    return members.find(({ waiting, to }) => waiting && to === this.#index);
  }

  /** Whether a configuration is in the best 1/eta of those that came here so far, or the best of them. */
  passes(member: Member, eta: number, bracket?: number): boolean {
    const members = this.#of(bracket);
    return rankOf(members, member, this.#precedes) - 1 < Math.max(1, Math.floor(members.length / eta));
  }

  #of(bracket: number | undefined): readonly Member[] {
    return bracket === undefined ? this.#sorted : this.#sorted.filter(({ from }) => from === bracket);
  }
}
