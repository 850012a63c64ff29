import { type Ended, type Env, type StrategyEvent, type Suggested, violates } from '../messages.ts';
import { MAX_TRACKED_CELLS } from '../samplers/random.ts';
import { type Untried, type UntriedCells, untriedCells } from '../samplers/untried.ts';
import { countCells } from '../space/cells.ts';
import type { Standing } from './rungResult.ts';

/** What a scheduler does with an ask: a trial goes on to a budget, or a new configuration begins at one. */
export type Turn =
  | { readonly type: 'promote'; readonly standing: Standing; readonly budget: number }
  /** `mark` goes with the trial, so that its scheduler knows it again. */
  | { readonly type: 'begin'; readonly budget: number; readonly mark: string };

/** Says which trials go on, and for how long. What it is told changes it; what it is asked does not. */
export interface Scheduler {
  /** @param mark what the trial, or the one that it goes on from, was marked with; absent for those of others. */
  tell(told: StrategyEvent, mark: string | undefined): void;
  turn(): Turn;
}

const standingOf = ({ id, point, tags }: Ended | Suggested, loss: number): Standing =>
  tags ? { id, loss, point, tags } : { id, loss, point };

/** How a trial stands that has ended; absent where it has no result to be compared, or violates an outcome constraint. */
export const resultOf = (ended: Ended): Standing | undefined =>
  ended.outcome === 'completed' && !violates(ended) ? standingOf(ended, ended.losses![0]!) : undefined;

/** Knows at which budgets all configurations of a finite space have been tried. A scheduler that waited for another one would stall. */
export class Supply {
  readonly #cells: UntriedCells | undefined;
  #state: Untried | undefined;

  constructor(env: Env) {
    this.#cells = countCells(env.axes) <= MAX_TRACKED_CELLS ? untriedCells(env) : undefined;
    this.#state = this.#cells?.start;
  }

  take(tried: Suggested): void {
    this.#state = this.#cells?.fold(this.#state!, tried);
  }

  /** Whether there may be a configuration that was not tried at a budget. */
  lasts(budget: number): boolean {
    return this.#cells === undefined || !this.#cells.exhausted(this.#state!, budget);
  }
}
