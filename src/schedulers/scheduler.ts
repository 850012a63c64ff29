import { MAX_TRACKED_CELLS } from '../samplers/random.ts';
import { type Untried, type UntriedCells, untriedCells } from '../samplers/untried.ts';
import { countCells } from '../space/cells.ts';
import { type Core, type Fold, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import { type Ask, type Ended, type Propose, propose, type Suggested, stateTag, type Tags } from '../strategy/messages.ts';

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

/** The numbers of a scheduler, which decides how long trials train. */
export interface Scheduler<S> extends Fold<S> {
  /** The next trial to resume, if there is one. */
  promotion(state: S): Promotion | undefined;
  /** Whether the next configuration is a control. */
  isControlDue(state: S): boolean;
  /** Whether no bracket that has begun has room. */
  isFull(state: S): boolean;
  /** The next configuration of those that are already filling. */
  fill(state: S): Beginning;
  /** A configuration that is not compared at the first rung that counts. */
  control(state: S): Beginning;
  /** If all is full: the first configuration of the next bracket. */
  open(state: S): Beginning;
  /** Why the trial of the last fact, a report, should stop, for people; undefined if it should not. */
  fellBehind(state: S): string | undefined;
  /** Text for people about a decision. */
  notes(state: S): Tags;
}

type Phase = 'filling' | 'promoting' | 'learning' | 'settling';
type Verdict = 'promotable' | 'controlDue' | 'full' | 'reconsidered';

const ENTERING = { promoting: 'promotable', learning: 'controlDue', settling: 'full' } as const;

/** A strategy that decides how long trials train: later stages choose the configurations. */
export function halvingCore<S>(env: Env, numbers: Scheduler<S>): Core<S, Phase, Verdict> {
  function due(state: S): Verdict | undefined {
    if (numbers.promotion(state)) return 'promotable';
    if (numbers.isControlDue(state)) return 'controlDue';
    return numbers.isFull(state) ? 'full' : undefined;
  }
  const beginning = (how: (state: S) => Beginning) => (state: S, ask: Ask) => begun(ask, env, how(state), numbers.notes(state));
  return {
    start: numbers.start,
    tell: numbers.tell,
    verdict: (state, phase) => verdictAround(due(state), phase, ENTERING),
    answers: {
      filling: beginning(numbers.fill),
      promoting: (state, ask) => promoted(ask, env, numbers.promotion(state)!, numbers.notes(state)),
      learning: beginning(numbers.control),
      settling: beginning(numbers.open),
    },
    stop: numbers.fellBehind,
  };
}

const promoted = (ask: Ask, { name }: Env, { trial, budget }: Promotion, notes: Tags): Propose => ({
  ...propose(ask, name, trial.point, { ...trial.tags, ...notes }),
  budget,
  resumes: trial.id,
});

/** The ask with a budget, for the strategy that chooses the configuration. */
const begun = (ask: Ask, { name }: Env, { budget, tag }: Beginning, notes: Tags): Ask => ({
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

  tell(tried: Suggested): void {
    this.#state = this.#cells?.tell(this.#state!, tried);
  }

  /** Whether there may be a configuration that was not tried at a budget. */
  lasts(budget: number): boolean {
    return this.#cells === undefined || !this.#cells.exhausted(this.#state!, budget);
  }
}
