import { History } from '../numeric/history.ts';
import { MAX_TRACKED_CELLS } from '../samplers/random.ts';
import { type Untried, type UntriedCells, untriedCells } from '../samplers/untried.ts';
import { countCells } from '../space/cells.ts';
import { type Core, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import {
  type Ask,
  type Ended,
  type Propose,
  propose,
  type StrategyEvent,
  type Suggested,
  stateTag,
  type Tags,
} from '../strategy/messages.ts';

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

/** What follows from the facts so far, for a strategy that decides how long trials train. Only `tell` changes it. */
export interface Scheduler {
  tell(fact: StrategyEvent): void;
  /** The next trial to resume, if there is one. */
  readonly promotion: Promotion | undefined;
  /** Whether the next configuration is a control. */
  readonly isControlDue: boolean;
  /** Whether no bracket that has begun has room. */
  readonly isFull: boolean;
  /** The next configuration of those that are already filling. */
  fill(): Beginning;
  /** A configuration that is not compared at the first rung that counts. */
  control(): Beginning;
  /** If all is full: the first configuration of the next bracket. */
  open(): Beginning;
  /** Why the trial of the last fact, a report, should stop, for people; undefined if it should not. */
  readonly fellBehind: string | undefined;
  /** Text for people about a decision. */
  readonly notes: Tags;
}

type Phase = 'filling' | 'promoting' | 'learning' | 'settling';
type Verdict = 'promotable' | 'controlDue' | 'full' | 'reconsidered';

const ENTERING = { promoting: 'promotable', learning: 'controlDue', settling: 'full' } as const;

/**
 * A strategy that decides how long trials train: later stages choose the configurations. Its state is the history of facts; what follows from them is
 * computed once for each fact.
 *
 * @param begin makes the scheduler of a history, which has had no fact.
 */
export function halvingCore(env: Env, begin: () => Scheduler): Core<History<StrategyEvent>, Phase, Verdict> {
  const schedulerOf = History.folding<StrategyEvent, Scheduler>(begin, (scheduler, fact) => scheduler.tell(fact));
  function due({ promotion, isControlDue, isFull }: Scheduler): Verdict | undefined {
    if (promotion) return 'promotable';
    if (isControlDue) return 'controlDue';
    return isFull ? 'full' : undefined;
  }
  const beginning = (how: 'fill' | 'control' | 'open') => (facts: History<StrategyEvent>, ask: Ask) => {
    const scheduler = schedulerOf(facts);
    return begun(ask, env, scheduler[how](), scheduler.notes);
  };
  return {
    start: History.of(),
    tell: (facts, fact) => facts.push(fact),
    verdict: (facts, phase) => verdictAround(due(schedulerOf(facts)), phase, ENTERING),
    answers: {
      filling: beginning('fill'),
      promoting: (facts, ask) => promoted(ask, env, schedulerOf(facts).promotion!, schedulerOf(facts).notes),
      learning: beginning('control'),
      settling: beginning('open'),
    },
    stop: (facts) => schedulerOf(facts).fellBehind,
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
