import type { MonoTypeOperatorFunction } from 'rxjs';
import { OptionError } from '../../src/errors.ts';
import { type Ask, child, type Env, type Message, type StrategyEvent, type Wait } from '../../src/messages.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { given } from '../../src/omitUndefined.ts';
import { checkOption, notNegative, positive } from '../../src/optionRules.ts';
import { type OptionsOf, optional, settle } from '../../src/optionSet.ts';
import { type Strategy, withSpec } from '../strategy.ts';
import { oneObjective } from './oneObjective.ts';
import { nest, respond } from './runInner.ts';
import { learn, order, ucb } from './ucb.ts';

const isFitting = (reply: Ask | Wait): boolean => reply.type === 'wait' && reply.until === 'ready';

/** Strategies by name. */
export type Arms = Readonly<Record<string, Strategy>>;

/** Who is asked first, as a fold over what is told. */
interface Policy {
  /** @param arm index of the arm that proposed the trial, or -1. */
  tell(told: StrategyEvent, arm: number): void;
  /** All arms, the most wanted one first. */
  order(ask: Ask): readonly number[];
}

/**
 * All arms are told everything; an ask goes to one, and where that waits or hands it on, to the next; but it waits for a model that is being
 * fitted, since who proposes may not hang on how fast this machine is. If no arm proposes, the ask waits if any of them does, and else goes
 * downstream, as the most wanted arm handed it on: it may have marked it with a budget.
 */
const route = (arms: Arms, env: Env, policy: () => Policy): MonoTypeOperatorFunction<Message> =>
  respond((out) => {
    const names = Object.keys(arms);
    const nested = names.map((name) => nest(arms[name]!, child(env, name), out));
    const { tell, order: ordered } = policy();
    const armOf = (by: string) => names.findIndex((name) => by.startsWith(`${env.name}/${name}/`));
    return {
      answer: (ask) => {
        let waiting: Wait | undefined;
        let handedOn: Ask | undefined;
        for (const arm of ordered(ask)) {
          const reply = nested[arm]!.ask(ask);
          if (reply.type === 'propose' || isFitting(reply)) return reply;
          if (reply.type === 'wait') waiting ??= reply;
          else handedOn ??= reply;
        }
        return waiting ?? handedOn!;
      },
      tell: (told) => {
        tell(told, told.type === 'reported' ? -1 : armOf(told.by));
        for (const inner of nested) inner.tell(told);
      },
    };
  });

const specs = (arms: Arms) => Object.fromEntries(Object.entries(arms).map(([name, { spec, name: code }]) => [name, spec ?? code]));

/** A name is a part of the path by which an arm knows its trials again. @throws OptionError */
function checkNames(kind: string, names: readonly string[]): void {
  if (names.length === 0) throw new OptionError(kind, 'at least one arm', 'none');
  const odd = names.find((name) => name.includes('/'));
  if (odd !== undefined) throw new OptionError(kind, 'names of arms without /', odd);
}

export const banditOptions = {
  /** The weight of the confidence bound; 0 relies on means alone. Default: 0.2. */
  explore: optional(notNegative, 0.2),
};
export type BanditOptions = OptionsOf<typeof banditOptions>;

/**
 * Learns which of several strategies to trust: discounted UCB on how far their results go beyond the best of recent ones, for what they cost
 * (Garivier & Moulines 2011).
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * bandit({ evolve: ga(), space: sobol() })
 */
export function bandit(arms: Arms, options: BanditOptions = {}): Strategy {
  checkNames('bandit', Object.keys(arms));
  const { explore } = settle('bandit', banditOptions, options);
  return withSpec({ bandit: { arms: specs(arms), ...given(options) } }, (parent) => {
    oneObjective(parent, 'bandit judges strategies by');
    return route(arms, child(parent, 'bandit'), () => {
      let state = ucb(Object.keys(arms).length);
      return {
        tell: (told, arm) => {
          state = learn(state, told, arm);
        },
        order: () => order(state, explore),
      };
    });
  });
}

/**
 * Asks strategies at random, in a fixed proportion; one that waits or hands on gives its turn to the next.
 *
 * @param arms each with its weight, above 0; 1 where none is given.
 * @throws OptionError
 * @example
 * mix({ model: [ga(), 4], wild: [random(), 1] })
 */
export function mix(arms: Readonly<Record<string, Strategy | readonly [strategy: Strategy, weight: number]>>): Strategy {
  const pairs = Object.entries(arms).map(([name, arm]) => [name, typeof arm === 'function' ? ([arm, 1] as const) : arm] as const);
  checkNames(
    'mix',
    pairs.map(([name]) => name),
  );
  for (const [name, [, weight]] of pairs) checkOption(`mix.${name}`, weight, positive);
  const strategies = Object.fromEntries(pairs.map(([name, [strategy]]) => [name, strategy]));
  const weights = pairs.map(([, [, weight]]) => weight);
  const spec = Object.fromEntries(pairs.map(([name, [{ spec: data, name: code }, weight]]) => [name, [data ?? code, weight]]));
  return withSpec({ mix: spec }, (parent) => {
    const env = child(parent, 'mix');
    return route(strategies, env, () => ({ tell: () => {}, order: (ask) => shuffled(weights, env, ask) }));
  });
}

/** A weighted random order without replacement: by u^(1/w), largest first (Efraimidis & Spirakis 2006). */
function shuffled(weights: readonly number[], env: Env, ask: Ask): number[] {
  const rng = rngFor(env.seed, env.name, ask.id, ask.retry);
  const keys = weights.map((weight) => Math.log(1 - rng()) / weight);
  return keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]!);
}
