import { MAX_TRACKED_CELLS } from '../samplers/random.ts';
import { type Untried, type UntriedCells, untriedCells } from '../samplers/untried.ts';
import { countCells } from '../space/cells.ts';
import type { Env } from '../strategy/env.ts';
import type { Suggested } from '../strategy/messages.ts';

/** Tracks at which budgets all configurations of a finite space have been tried. A scheduler that waited for another one would stall. */
export class RemainingConfigurations {
  readonly #cells: UntriedCells | undefined;
  #state: Untried | undefined;

  constructor(env: Env) {
    this.#cells = countCells(env.axes) <= MAX_TRACKED_CELLS ? untriedCells(env) : undefined;
    this.#state = this.#cells?.start;
  }

  tell(tried: Suggested): void {
    this.#state = this.#cells?.tell(this.#state!, tried);
  }

  /** Whether there may be a configuration that was not tried at a budget. */
  lasts(budget: number): boolean {
    return this.#cells === undefined || !this.#cells.exhausted(this.#state!, budget);
  }
}
