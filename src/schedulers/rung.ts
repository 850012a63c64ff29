import { crowdedPlaces } from '../numeric/pareto/crowding.ts';
import { domination, type Losses } from '../numeric/pareto/domination.ts';
import { insertSorted, rankOf } from '../numeric/sorted.ts';
import { type Agreement, agreement, type Pair } from '../samplers/budgets/firstRung.ts';
import type { ComparedConfiguration } from '../samplers/budgets/rungResults.ts';
import type { Ended } from '../strategy/messages.ts';
import type { Standing } from './stopReasons.ts';

/** A configuration as its scheduler sees it. */
export interface Member {
  readonly configuration: ComparedConfiguration;
  /** Whether its results count: so far, it is not equivalent to an earlier one. */
  counts: boolean;
  /** Index of the first rung at which it is compared. It is raised for controls. */
  from: number;
  /** Whether a person chose it. */
  readonly enqueued: boolean;
  /** Index of the rung up to which it was last sent. */
  to: number;
  /** Whether its last trial has ended. */
  ended: boolean;
  /** The trial that completed there and may be resumed. */
  waiting: Ended | undefined;
  /** By the index of the rung, as many as there are rungs: an array that grows takes more memory than all the rest. */
  readonly stands: (Stand | undefined)[];
}

/** The result of a configuration at a rung where it counts. */
interface Stand {
  readonly losses: Losses;
  /** What results are compared by: the loss or, with several objectives, the place among all, which each other result changes. */
  score: number;
  /** Whether it was promoted from here, or waits here. */
  status: 'promoted' | 'waiting' | undefined;
  /** Whether it has continued beyond this rung after it was compared here. */
  continued: boolean;
}

/** Configurations that are compared with each other at a rung. */
interface Pool {
  /** The best first. */
  readonly sorted: Member[];
  /** Those that may be resumed, the best first. */
  readonly waiting: Member[];
  promoted: number;
  /** Whether the scores are those of all results. */
  isRanked: boolean;
  /** How many of them have continued. */
  continued: number;
}

/** How well a rung predicts is computed from so many of the latest pairs: Kendall's tau takes time that grows with the square. */
const WINDOW = 64;

/** The configurations with a result at one budget, the best first. Of equal losses, that of the earlier configuration is the better. */
export class Rung {
  readonly budget: number;
  readonly #index: number;
  /** By bracket, or under 0. */
  readonly #pools = new Map<number, Pool>();
  readonly #bracketed: boolean;
  /** The latest that came here from the previous rung without having been selected there. */
  #unselected: readonly Member[] = [];
  /** The latest that were selected there. */
  #selected: readonly Member[] = [];
  #agreement: Agreement | undefined;

  /** @param bracketed whether only configurations of one bracket are compared with each other */
  constructor(budget: number, index: number, bracketed: boolean) {
    this.budget = budget;
    this.#index = index;
    this.#bracketed = bracketed;
  }

  #poolOf({ from }: Member): Pool {
    const key = this.#bracketed ? from : 0;
    const pool = this.#pools.get(key) ?? { sorted: [], waiting: [], promoted: 0, isRanked: true, continued: 0 };
    this.#pools.set(key, pool);
    return pool;
  }

  /** Updates the record of a configuration; a result that no longer counts is removed. */
  settle(member: Member): void {
    const { configuration, counts, stands } = member;
    const losses = counts ? configuration.losses.get(this.budget) : undefined;
    const before = stands[this.#index];
    if (!areEqual(losses, before?.losses)) {
      if (before) this.#remove(member, before);
      if (losses !== undefined) this.#add(member, losses, before?.continued ?? false);
    }
    this.#mark(member, this.#statusOf(member));
  }

  #add(member: Member, losses: Losses, continued: boolean): void {
    const { stands, from } = member;
    const pool = this.#poolOf(member);
    pool.isRanked = losses.length === 1;
    stands[this.#index] = { losses, score: pool.isRanked ? losses[0]! : Number.POSITIVE_INFINITY, status: undefined, continued };
    pool.continued += Number(continued);
    insertSorted(pool.sorted, member, this.#precedes);
    if (stands[this.#index - 1] === undefined) return;
    if (from >= this.#index) this.#unselected = [...this.#unselected, member].slice(-WINDOW);
    else this.#selected = [...this.#selected, member].slice(-WINDOW);
    this.#agreement = undefined;
  }

  #remove(member: Member, stand: Stand): void {
    this.#mark(member, undefined);
    const pool = this.#poolOf(member);
    pool.continued -= Number(stand.continued);
    take(pool.sorted, member, this.#precedes);
    pool.isRanked = stand.losses.length === 1;
    member.stands[this.#index] = undefined;
    this.#unselected = this.#unselected.filter((other) => other !== member);
    this.#selected = this.#selected.filter((other) => other !== member);
    this.#agreement = undefined;
  }

  #statusOf({ from, to, waiting }: Member): Stand['status'] {
    if (from <= this.#index && to > this.#index) return 'promoted';
    return waiting && to === this.#index ? 'waiting' : undefined;
  }

  #mark(member: Member, status: Stand['status']): void {
    const stand = member.stands[this.#index];
    if (stand === undefined || stand.status === status) return;
    const pool = this.#poolOf(member);
    if (stand.status === 'waiting') take(pool.waiting, member, this.#precedes);
    if (status === 'waiting') insertSorted(pool.waiting, member, this.#precedes);
    pool.promoted += Number(status === 'promoted') - Number(stand.status === 'promoted');
    stand.status = status;
  }

  readonly #precedes = (a: Member, b: Member): boolean => {
    const [x, y] = [a.stands[this.#index]!.score, b.stands[this.#index]!.score];
    return x < y || (x === y && a.configuration.index < b.configuration.index);
  };

  /** Ranks the results of several objectives. */
  #ranked(pool: Pool): Pool {
    if (pool.isRanked) return pool;
    const stands = pool.sorted.map((member) => member.stands[this.#index]!);
    const places = crowdedPlaces(stands.map(({ losses }) => losses));
    for (const [i, stand] of stands.entries()) stand.score = places[i]!;
    pool.sorted.sort((a, b) => (this.#precedes(a, b) ? -1 : 1));
    pool.waiting.sort((a, b) => (this.#precedes(a, b) ? -1 : 1));
    pool.isRanked = true;
    return pool;
  }

  /** How well the rung before predicts the order here. */
  get agreement(): Agreement {
    const pair = ({ stands }: Member): Pair => [stands[this.#index - 1]!.losses, stands[this.#index]!.losses];
    this.#agreement ??= agreement(this.#unselected.map(pair), this.#selected.map(pair));
    return this.#agreement;
  }

  /** The best that waits here, unless one in `eta` has been promoted. */
  candidate(eta: number, bracket = 0): Member | undefined {
    const pool = this.#pools.get(bracket);
    return pool && (pool.promoted + 1) * eta <= pool.sorted.length ? this.#ranked(pool).waiting[0] : undefined;
  }

  /** How many configurations have reached this rung. */
  get size(): number {
    return [...this.#pools.values()].reduce((sum, { sorted }) => sum + sorted.length, 0);
  }

  /** Whether no two results here differ, so that they say nothing about later ones. */
  get isTied(): boolean {
    const ends = [...this.#pools.values()].flatMap((pool) => [this.#ranked(pool).sorted[0], pool.sorted.at(-1)]);
    const [first, ...others] = ends.flatMap((member) => (member ? [member.stands[this.#index]!.losses] : []));
    return this.size > 1 && others.every((losses) => areEqual(losses, first));
  }

  /**
   * The rank of a configuration among those that reached this rung so far: equal results share the best place. The best 1/eta of them continue. Behind a
   * model that improves, most configurations are among these when they arrive; so once half of all have continued, only a new best one does: with several
   * objectives, a new end of the front. A configuration whose results do not count is ranked among those that do.
   *
   * @param mayLead whether the best one continues while there are fewer than eta
   */
  standing(member: Member, eta: number, mayLead: boolean): Standing {
    const { sorted, continued } = this.#ranked(this.#poolOf(member));
    const better = rankOf(sorted, this.#scoreOf(member, sorted), (score, { stands }) => score <= stands[this.#index]!.score);
    const share = Math.floor(sorted.length / eta) || Number(mayLead);
    const isFull = continued * 2 >= sorted.length;
    return { place: better + 1, of: sorted.length, places: isFull ? Math.min(1, share) : share, isFull };
  }

  #scoreOf({ configuration, stands }: Member, sorted: readonly Member[]): number {
    const known = stands[this.#index]?.score;
    if (known !== undefined) return known;
    const losses = configuration.losses.get(this.budget)!;
    return losses.length === 1 ? losses[0]! : crowdedPlaces([losses, ...sorted.map((other) => other.stands[this.#index]!.losses)])[0]!;
  }

  /** A configuration with a result here continues beyond this rung. */
  pass(member: Member): void {
    const stand = member.stands[this.#index];
    if (stand === undefined) return;
    this.#poolOf(member).continued += Number(!stand.continued);
    stand.continued = true;
  }
}

function areEqual(a: Losses | undefined, b: Losses | undefined): boolean {
  return a && b ? domination(a, b) === 0 : a === b;
}

function take(sorted: Member[], member: Member, precedes: (a: Member, b: Member) => boolean): void {
  sorted.splice(rankOf(sorted, member, precedes) - 1, 1);
}
