import type { MonoTypeOperatorFunction } from 'rxjs';
import { OptionError } from '../../src/errors.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { type OptionSet, type OptionsOf, resolveOptions, type SettingsOf } from '../../src/schema/optionSet.ts';
import { child, type Env } from '../../src/strategy/env.ts';
import type { Message } from '../../src/strategy/messages.ts';

/** A strategy as data, as in a study file: a name, or a name with options, such as `{ ga: { population: 16 } }`. */
export type StrategySpec = string | { readonly [name: string]: unknown };

/**
 * Makes a strategy from its form as data.
 *
 * @param path where the data stand, for errors
 */
export type ParseStrategy = (data: unknown, path?: string) => Strategy;

/**
 * An operator on a study's messages. It passes events and the decisions of other stages through, unchanged and in order. It answers each ask at once
 * and exactly once: with a proposal, with `wait`, or by handing the ask on. Any RxJS operator of this type is a strategy, for example
 * `() => tap(console.debug)`.
 */
export interface Strategy {
  (env: Env): MonoTypeOperatorFunction<Message>;
  /** The strategy as data. Absent for a bare operator. */
  readonly spec?: StrategySpec;
  /** The budgets at which it compares trials, ascending. Later stages learn from reports at these budgets. */
  readonly rungs?: readonly number[];
  /** Whether it chooses the examples on which trials are evaluated. */
  readonly races?: true;
  /** The full budget of a trial, if the strategy sets budgets: enqueued trials get it. */
  readonly full?: number;
}

/** @throws OptionError for an argument that is not a strategy, such as a name. */
export function checkStrategy(place: string, strategy: unknown): void {
  if (typeof strategy === 'function') return;
  const call = typeof strategy === 'string' ? `; did you mean ${strategy}()?` : '';
  const several = Array.isArray(strategy) ? '; a chain takes strategies one by one, as in chain(ga(), bo())' : '';
  throw new OptionError(place, 'a strategy such as tpe()', strategy, call || several);
}

/**
 * A strategy inside another one, as data; code without a form as data is recorded by its name.
 *
 * @param place of the strategy, for the message.
 * @throws OptionError for an argument that is not a strategy.
 */
export function partOf(place: string, strategy: Strategy): StrategySpec {
  checkStrategy(place, strategy);
  return strategy.spec ?? strategy.name;
}

/**
 * Attaches to a strategy its form as data, which a log records. `parseStrategy` reads the built-in ones.
 *
 * @example withSpec('loud', () => tap(console.debug))
 */
export const withSpec = (spec: StrategySpec, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  Object.assign((env: Env) => build(env), { spec });

/** A strategy with options as data, or only its name if no option was given. */
export function specOf(name: string, options: object): StrategySpec {
  const own = omitUndefined(options);
  return Object.keys(own).length > 0 ? { [name]: own } : name;
}

/**
 * A named strategy. The name is part of paths, such as a trial's `by`, and of its form as data.
 *
 * @param options as given, for its form as data; undefined ones count as left out.
 * @param build gets the environment of the stage, whose path ends in the name.
 * @example
 * const ping = (options: PingOptions = {}) => stage('ping', options, (env) => drive(pingChart, pingCore(env, options), env));
 */
export const stage = (name: string, options: object, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  withSpec(specOf(name, options), (parent) => build(child(parent, name)));

/** The same with options of a set, checked and with their defaults. @throws OptionError */
export function stageOf<S extends OptionSet>(
  name: string,
  set: S,
  options: OptionsOf<S>,
  build: (env: Env, settings: SettingsOf<S>) => MonoTypeOperatorFunction<Message>,
): Strategy {
  const settings = resolveOptions(name, set, options);
  return stage(name, options, (env) => build(env, settings));
}

/** The budgets at which a recorded strategy compares trials; undefined if it compares none, or is only code. */
export function rungsIn(recorded: unknown, parse: ParseStrategy): readonly number[] | undefined {
  try {
    return parse(recorded).rungs;
  } catch {
    return undefined;
  }
}
