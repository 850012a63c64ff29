import type { MonoTypeOperatorFunction } from 'rxjs';
import { answeringChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { checkOption, notNegative, positive } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import type { Core } from '../../src/strategy/core.ts';
import { child, type Env, isBy } from '../../src/strategy/env.ts';
import type { Ask, Ended, Message, StrategyEvent, Suggested, Wait } from '../../src/strategy/messages.ts';
import { runCore } from '../kernel/drive.ts';
import { around, runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';
import { partOf, type Strategy, withSpec } from '../kernel/strategy.ts';
import { oneObjective } from './oneObjective.ts';
import { learn, order, ucb } from './ucb.ts';

/** Whether an arm waits for a fit or a proposal, which does not take long. */
const isWaiting = (reply: Ask | Wait): boolean => reply.type === 'wait' && reply.until !== undefined;

/** Strategies by name. */
export type Arms = Readonly<Record<string, Strategy>>;

/** The order in which arms are asked. */
interface Policy<S> {
  readonly start: S;
  /** The next state. @param arm index of the arm that suggested the trial, or -1 */
  tell(state: S, fact: StrategyEvent, arm: number): S;
  /** All arms, the preferred one first. */
  order(state: S, ask: Ask): readonly number[];
}

/**
 * An ask goes to the arms in the order of the policy, until one proposes. The ask waits for a model that is being fitted and for an external
 * proposer: which arm proposes must not depend on their speed. If no arm proposes, the ask waits if any arm waits. Otherwise it goes downstream as
 * the preferred arm handed it on, perhaps with a budget. All arms receive all facts.
 */
const route = <S>(arms: Arms, env: Env, { start, tell, order: ordered }: Policy<S>): MonoTypeOperatorFunction<Message> =>
  operatorOf(env, (out) => {
    const names = Object.keys(arms);
    const armOf = (fact: Suggested | Ended) => names.findIndex((name) => isBy(child(env, name).name, fact));
    const core: Core<S, 'answering', never> = {
      start,
      tell: (state, fact) => tell(state, fact, fact.type === 'reported' ? -1 : armOf(fact)),
      verdict: () => undefined,
      answers: {
        answering(state, ask) {
          let waiting: Wait | undefined;
          let handedOn: Ask | undefined;
          for (const arm of ordered(state, ask)) {
            const reply = inner[arm]!.ask(ask);
            if (reply.type === 'propose' || isWaiting(reply)) return reply;
            if (reply.type === 'wait') waiting ??= reply;
            else handedOn ??= reply;
          }
          return waiting ?? handedOn!;
        },
      },
    };
    const stage = runCore(answeringChart, core, env, out);
    const inner = names.map((name) => runInner(arms[name]!, child(stage.inside, name), out));
    return around(inner, stage);
  });

const specs = (arms: Arms) => Object.fromEntries(Object.entries(arms).map(([name, arm]) => [name, partOf(`bandit.${name}`, arm)]));

/** Names of arms are parts of paths, which identify the trials of an arm. @throws OptionError */
function checkArms(kind: string, arms: object): void {
  const names = Object.keys(arms);
  if (Array.isArray(arms)) throw new OptionError(kind, 'strategies by name, as in { evolve: ga(), draw: random() }', 'a list');
  if (names.length === 0) throw new OptionError(kind, 'at least one arm', 'none');
  const odd = names.find((name) => name.includes('/'));
  if (odd !== undefined) throw new OptionError(kind, 'names of arms without /', odd);
}

export const banditOptions = {
  /** The weight of the confidence bound; with 0, only means count. Default: 0.1. */
  explore: optional(notNegative, 0.1),
};
export type BanditOptions = OptionsOf<typeof banditOptions>;

/**
 * Learns which of several strategies to ask, by discounted UCB (Garivier & Moulines 2011) on how their results rank among the recent ones, relative
 * to their cost.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives.
 * @example
 * bandit({ evolve: ga(), space: sobol() })
 */
export function bandit(arms: Arms, options: BanditOptions = {}): Strategy {
  checkArms('bandit', arms);
  const { explore } = resolveOptions('bandit', banditOptions, options);
  return withSpec({ bandit: { arms: specs(arms), ...omitUndefined(options) } }, (parent) => {
    oneObjective(parent, 'bandit judges strategies by');
    return route(arms, child(parent, 'bandit'), {
      start: ucb(Object.keys(arms).length),
      tell: learn,
      order: (state) => order(state, explore),
    });
  });
}

/**
 * Asks strategies at random, in fixed proportions. If one waits or hands the ask on, the next is asked.
 *
 * @param arms each with its weight, above 0. Default: 1.
 * @throws OptionError
 * @example
 * mix({ model: [ga(), 4], wild: [random(), 1] })
 */
export function mix(arms: Readonly<Record<string, Strategy | readonly [strategy: Strategy, weight: number]>>): Strategy {
  checkArms('mix', arms);
  const pairs = Object.entries(arms).map(([name, arm]) => [name, typeof arm === 'object' ? arm : ([arm, 1] as const)] as const);
  for (const [name, [, weight]] of pairs) checkOption(`mix.${name}`, weight, positive);
  const strategies = Object.fromEntries(pairs.map(([name, [strategy]]) => [name, strategy]));
  const weights = pairs.map(([, [, weight]]) => weight);
  const spec = Object.fromEntries(pairs.map(([name, [strategy, weight]]) => [name, [partOf(`mix.${name}`, strategy), weight]]));
  return withSpec({ mix: spec }, (parent) => {
    const env = child(parent, 'mix');
    return route(strategies, env, { start: undefined, tell: () => undefined, order: (_, ask) => shuffled(weights, env, ask) });
  });
}

/** A weighted random order without replacement: by u^(1/w), largest first (Efraimidis & Spirakis 2006). */
function shuffled(weights: readonly number[], env: Env, ask: Ask): number[] {
  const rng = env.rng(ask);
  const keys = weights.map((weight) => Math.log(1 - rng()) / weight);
  return keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]!);
}
