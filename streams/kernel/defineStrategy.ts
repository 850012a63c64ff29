import { answeringChart } from '../../machines/strategies.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Rng } from '../../src/numeric/random.ts';
import { checkOption, type OptionRule, text } from '../../src/schema/optionRules.ts';
import type { Point } from '../../src/space/axis.ts';
import { show } from '../../src/space/check.ts';
import type { Core } from '../../src/strategy/core.ts';
import { child, type Env } from '../../src/strategy/env.ts';
import { type Answer, type Ask, type Propose, propose, type Reported, type StrategyEvent, wait } from '../../src/strategy/messages.ts';
import { failedAt, isAnswer } from './answers.ts';
import { onlyFeasible, runCore } from './drive.ts';
import { operatorOf } from './operator.ts';
import { type Strategy, type StrategySpec, withSpec } from './strategy.ts';

/**
 * A strategy without phases: a fold over events, and decisions that are functions of the state. All functions answer at once: one that returns a
 * promise, or throws, ends the study with a StrategyError that names the strategy and the function.
 */
export interface StrategyDefinition<S> {
  /** The last part of its path, such as `climb`. */
  readonly name: string;
  init(env: Env): S;
  /** Returns the next state. It must not change the old one. */
  tell(state: S, fact: StrategyEvent, env: Env): S;
  /** Returns a point, `wait`, a complete proposal, the ask itself with a budget, or undefined to hand the ask on. */
  ask?(state: S, ask: Ask, rng: Rng, env: Env): Point | 'wait' | Propose | Ask | undefined;
  /** Returns whether the trial that just reported should stop, or why as text for people. `state` already includes the report. */
  stop?(state: S, reported: Reported, env: Env): boolean | string | undefined;
}

/**
 * Makes a strategy from functions. A coordinate below 0 or above 1 becomes 0 or 1; instead of a point that is not finite, the study draws one, with the
 * tag `drawn`. `hypertide why` prints the tag `origin` of a proposal: `propose(ask, env.name, point, { origin: 'moved x' })`.
 *
 * @throws OptionError for a definition without name, init or tell; into the study: StrategyError for a field of a proposal that no log takes, such as
 * a negative budget, a tag of more than 1024 characters, or a promise.
 *
 * @example
 * // Hill climbing: a step from the best point so far.
 * const climb = defineStrategy<Ended | undefined>({
 *   name: 'climb',
 *   init: () => undefined,
 *   tell: (best, fact) => (fact.type === 'ended' && fact.losses && !(best && best.losses![0]! <= fact.losses[0]!) ? fact : best),
 *   ask: (best, _ask, rng) => best?.point.map((u) => Math.min(1, Math.max(0, u + 0.1 * (rng() - 0.5)))),
 * });
 * chain(climb, random());
 *
 * @param spec the strategy as data. Default: its name.
 */
export function defineStrategy<S>(definition: StrategyDefinition<S>, spec: StrategySpec = definition.name): Strategy {
  checkOption('defineStrategy.name', definition.name, text);
  for (const name of ['init', 'tell'] as const) checkOption(`defineStrategy.${name}`, definition[name], aFunction);
  return withSpec(spec, (parent) => {
    const env = child(parent, definition.name);
    return operatorOf(env, (out) => {
      const core: Core<S, 'answering', never> = {
        start: call(env, 'init', () => definition.init(env)),
        tell: (state, fact) => call(env, 'tell', () => definition.tell(state, fact, env)),
        verdict: () => undefined,
        answers: { answering: (state, ask) => answer(definition, state, ask, env) },
        stop: (state, reported) => call(env, 'stop', () => definition.stop?.(state, reported, env)),
      };
      return onlyFeasible(env, runCore(answeringChart, core, env, out));
    });
  });
}

/** Calls a function of a definition. @throws StrategyError that names the function, with what it throws as the cause; if it returns a promise */
function call<T>({ name }: Env, what: 'init' | 'tell' | 'ask' | 'stop', act: () => T): T {
  let result: T;
  try {
    result = act();
  } catch (error) {
    throw failedAt(`${what} of ${name}`, error);
  }
  if (!(result instanceof Promise)) return result;
  result.catch(() => {}); // the error below says enough
  throw new StrategyError(`${what} of ${name} returned a promise, expected an answer at once: it must not be async`);
}

const aFunction: Omit<OptionRule, 'schema'> = {
  expected: 'a function',
  holds: (value): value is unknown => typeof value === 'function',
};

function answer<S>({ ask: decide }: StrategyDefinition<S>, state: S, ask: Ask, env: Env): Answer {
  const decision = call(env, 'ask', () => decide?.(state, ask, env.rng(ask), env));
  if (decision === undefined) return ask;
  if (decision === 'wait') return wait(ask, env.name);
  if (isPoint(decision)) return propose(ask, env.name, decision);
  if (isAnswer(decision)) return decision;
  throw new StrategyError(`${env.name} answered ${show(decision)}, expected a point, 'wait', a proposal or the ask`);
}

const isPoint = (decision: Point | Propose | Ask): decision is Point => Array.isArray(decision);
