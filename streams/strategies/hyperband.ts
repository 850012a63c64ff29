import { OptionError } from '../../src/errors.ts';
import { type Ask, type Env, type Propose, propose } from '../../src/messages.ts';
import { bool, checkOptions, oneOf, wholeFrom } from '../../src/optionRules.ts';
import { AsynchronousBrackets } from '../../src/schedulers/asynchronous.ts';
import { type Bracket, bracketsOf } from '../../src/schedulers/brackets.ts';
import { type RungOptions, rungRules, rungsOf } from '../../src/schedulers/rungs.ts';
import type { Scheduler } from '../../src/schedulers/scheduler.ts';
import { StoppingBrackets } from '../../src/schedulers/stopping.ts';
import { SynchronousBrackets } from '../../src/schedulers/synchronous.ts';
import { chain } from '../chain.ts';
import { pauses } from '../defaults.ts';
import { defineStrategy } from '../define.ts';
import { oneObjective } from '../oneObjective.ts';
import { named, type Strategy, specOf } from '../strategy.ts';
import { type TpeOptions, tpe } from './tpe.ts';

export interface HyperbandOptions extends RungOptions {
  /**
   * Whether a trial pauses at a rung, to be resumed from its checkpoint if it is promoted; this is for trainers that resume. Default false,
   * unless the mode is `synchronous`: a trial runs on to `max`, and is stopped at a rung of its bracket when it is not in the best third of those
   * that came there so far; a trainer only has to report.
   */
  readonly pause?: boolean | undefined;
  /**
   * `asynchronous` (the default): brackets fill side by side, and a trial is compared with those that came as far so far. `synchronous`: one
   * bracket after the other, as in the paper; trials are promoted when all of their level have ended, and the next bracket begins while others
   * still run. It always pauses trials.
   */
  readonly mode?: 'asynchronous' | 'synchronous' | undefined;
}

/**
 * Hyperband (Li et al., JMLR 2018) as an operator: it says for how long, the strategies behind it say what. Its brackets begin at different
 * budgets, so that little is lost where low budgets mislead. Equal losses stand in the order of their trials; trials that fail or are
 * stopped do not go on, nor does one that came the same way, loss by loss, as another. In a finite space a configuration may come again at another budget.
 *
 * @throws OptionError for budgets that cannot be; StrategyError at subscription, where the study has several objectives
 * @example
 * chain(hyperband({ min: 1, max: 81, eta: 3 }), tpe())
 */
export function hyperband(options: HyperbandOptions): Strategy {
  check('hyperband', options);
  const brackets = bracketsOf(options);
  const { eta = 3, mode = 'asynchronous', pause } = options;
  if (mode === 'synchronous') return scheduling('hyperband', (env) => new SynchronousBrackets(brackets, eta, env), options);
  const pausing = scheduling('hyperband', (env) => new AsynchronousBrackets(brackets, eta, env), options);
  const running = stopping(brackets, eta);
  return named(specOf('hyperband', options), (env) => (pauses(pause, env) ? pausing : running)(env));
}

function check(of: string, options: HyperbandOptions): void {
  checkOptions(of, options, { ...rungRules(options), mode: oneOf('asynchronous', 'synchronous'), pause: bool });
  if (options.mode === 'synchronous' && options.pause === false)
    throw new OptionError(`${of}.pause`, 'true, since synchronous brackets pause their trials', false);
}

/** A trial is known by a tag that names its bracket. */
const stopping = (brackets: readonly Bracket[], eta: number): Strategy =>
  defineStrategy<StoppingBrackets>({
    name: 'hyperband',
    init: (env) => {
      oneObjective(env, 'hyperband compares trials by');
      return new StoppingBrackets(brackets, eta);
    },
    tell: (state, told, { name }) => {
      state.tell(told, told.type === 'reported' ? undefined : told.tags?.[name]);
      return state;
    },
    ask: (state, ask, _rng, { name }) => ({
      ...ask,
      budget: brackets[0]!.budgets.at(-1)!,
      tags: { ...ask.tags, [name]: `${state.next()}` },
    }),
    stop: ({ behind }) => behind,
  });

export interface SuccessiveHalvingOptions extends RungOptions {
  /** How many configurations begin together. Default: as many as bring one to `max`, eta for each step between budgets. */
  readonly configurations?: number | undefined;
}

/**
 * Successive halving (Jamieson & Talwalkar, AISTATS 2016) as an operator: so many configurations begin at `min`; when all of them have ended,
 * the best third goes on from its checkpoints to the next budget, up to `max`; then, and while others still run, the next cohort begins.
 * `asha` does the same without waiting.
 *
 * @throws OptionError for budgets that cannot be; StrategyError at subscription, where the study has several objectives
 * @example
 * chain(successiveHalving({ min: 1, max: 27, configurations: 40 }), sobol())
 */
export function successiveHalving(options: SuccessiveHalvingOptions): Strategy {
  checkOptions('successiveHalving', options, { ...rungRules(options), configurations: wholeFrom(1) });
  const budgets = rungsOf(options);
  const { eta = 3, configurations = eta ** (budgets.length - 1) } = options;
  const bracket: Bracket = { size: configurations, budgets };
  return scheduling('successiveHalving', (env) => new SynchronousBrackets([bracket], eta, env), options);
}

export type BohbOptions = HyperbandOptions & TpeOptions;

/**
 * BOHB (Falkner, Klein & Hutter, ICML 2018): Hyperband says for how long, and a Parzen estimator that learns from all budgets says what. Where
 * the paper draws a third of the configurations at random, this does as the model repeats itself.
 *
 * @throws OptionError
 * @example
 * bohb({ min: 1, max: 81 })
 */
export function bohb({ min, max, eta, mode, pause, ...model }: BohbOptions): Strategy {
  const budgets = { min, max, eta, mode, pause };
  check('bohb', budgets);
  return chain(hyperband(budgets), tpe(model));
}

/** Trials are known again by a tag under the stage's own path, whoever said what they are. */
function scheduling(name: string, start: (env: Env) => Scheduler, options: object): Strategy {
  return defineStrategy<Scheduler>(
    {
      name,
      init: (env) => {
        oneObjective(env, `${name} compares trials by`);
        return start(env);
      },
      tell: (scheduler, told, env) => {
        scheduler.tell(told, told.type === 'reported' ? undefined : told.tags?.[env.name]);
        return scheduler;
      },
      ask: (scheduler, ask, _rng, env) => answer(scheduler, ask, env),
    },
    specOf(name, options),
  );
}

function answer(scheduler: Scheduler, ask: Ask, env: Env): Propose | Ask {
  const turn = scheduler.turn();
  if (turn.type === 'begin') return { ...ask, budget: turn.budget, tags: { ...ask.tags, [env.name]: turn.mark } };
  const { standing, budget } = turn;
  return { ...propose(ask, env.name, standing.point, standing.tags), budget, resumes: standing.id };
}
