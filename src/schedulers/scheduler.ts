import {
  type Ask,
  type Ended,
  type Env,
  type Propose,
  propose,
  type StrategyEvent,
  type Suggested,
  stateTag,
  type Tags,
} from '../messages.ts';
import { MAX_TRACKED_CELLS } from '../samplers/random.ts';
import { type Untried, type UntriedCells, untriedCells } from '../samplers/untried.ts';
import { countCells } from '../space/cells.ts';

/** How the next configuration begins. */
export interface Beginning {
  readonly budget: number;
  /** The state by which its scheduler recognises the trial: the first rung at which it is compared, or its bracket. */
  readonly tag: number;
}

/** A trial to resume, up to a budget. */
export interface Promotion {
  readonly trial: Ended;
  readonly budget: number;
}

/** The state that decides how the next ask is answered. */
export type SchedulerOutlook = {
  readonly promotable: boolean;
  /** Whether the first rung that counts has too few controls. */
  readonly learning: boolean;
  /** Whether no bracket that has begun has room. */
  readonly full: boolean;
};

/** A scheduler, which decides how long trials train, without its phases: a fold over facts, and pure ways to answer an ask. */
export interface Scheduler<S> {
  readonly start: S;
  tell(state: S, told: StrategyEvent): S;
  outlook(state: S): SchedulerOutlook;
  /** The next trial to resume, if there is one. */
  promotion(state: S): Promotion | undefined;
  /** The next configuration of those that are already filling. */
  fill(state: S): Beginning;
  /** If it is learning: a configuration that is not compared at the first rung that counts. */
  control(state: S): Beginning;
  /** If all is full: the first configuration of the next bracket. */
  open(state: S): Beginning;
  /** Why the trial of the last fact, a report, should stop, for people; undefined if it should not. */
  fellBehind(state: S): string | undefined;
  /** Text for people about a decision. */
  notes(state: S): Tags;
}

export const promoted = (ask: Ask, { name }: Env, { trial, budget }: Promotion, notes: Tags): Propose => ({
  ...propose(ask, name, trial.point, { ...trial.tags, ...notes }),
  budget,
  resumes: trial.id,
});

/** The ask with a budget, for the strategy that chooses the configuration. */
export const begun = (ask: Ask, { name }: Env, { budget, tag }: Beginning, notes: Tags): Ask => ({
  ...ask,
  budget,
  tags: { ...ask.tags, ...stateTag(name, tag), ...notes },
});

/** Tracks at which budgets all configurations of a finite space have been tried. A scheduler that waited for another one would stall. */
export class RemainingConfigurations {
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
