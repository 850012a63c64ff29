import { OptionError } from '../../src/errors.ts';
import type { Created, Limits } from '../../src/facts/facts.ts';
import { DECISIONS, FORMAT, RULES } from '../../src/facts/versions.ts';
import { type Amount, amount, amountIn } from '../../src/schema/amount.ts';
import { isRecord } from '../../src/schema/json.ts';
import { nearest } from '../../src/schema/nearest.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import {
  bool,
  byName,
  exampleList,
  finite,
  notNegative,
  oneOf,
  text,
  textOrNumber,
  wholeFrom,
  within,
} from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import type { Space } from '../../src/space/space.ts';
import type { Watch } from '../../src/strategy/env.ts';
import { version } from '../../src/version.ts';
import type { Inspect } from '../kernel/drive.ts';
import { checkStrategy, type ParseStrategy, type Strategy } from '../kernel/strategy.ts';
import { differencesAt, objectivesOf } from './createdDifferences.ts';
import { withDefaults } from './defaults.ts';

export const studyOptions = {
  /** The name of the study. Default: study. */
  study: optional(text, 'study'),
  /** The seed of all random choices. Default: 0. */
  seed: optional(textOrNumber, 0),
  /** What is optimised, by name; the first objective decides which trial is best. Default: one objective `value`, minimised. */
  objectives: optional(
    byName(oneOf('minimize', 'maximize'), 'at least one name with minimize or maximize, such as { loss: minimize, size: minimize }'),
  ),
  /** Whether trainers resume from checkpoints, which strategies that pause trials need. Default: false. */
  resumes: optional(bool, false),
  /**
   * Which of the values that a program reports is the result of its trial: `last` or `best`. With `best`, early stopping compares the best values so far; a
   * function still returns its result itself. Default: last.
   */
  result: optional(oneOf('last', 'best')),
  /**
   * What each trial is evaluated on, such as questions, folds, instances or games: how many there are, or a list of their names. A trial reports the result of each
   * one, and its value is their mean. `race()` then compares trials on a few examples; it is put before a strategy that has none.
   */
  examples: optional(exampleList),
  /** How many trials run at the same time. Default: 1. */
  parallel: optional(wholeFrom(1), 1),
  /** What a machine must have for each trial, by name, such as `{ gpu: 1, memory: 8GiB }`. Workers without it take no trials, see `--slots`. */
  requires: optional(byName(amount, 'at least one name with an amount, such as { gpu: 1, memory: 8GiB }')),
  /** The share of the time of workers that serve several studies, relative to the others: 0.01 to 100. Default: 1. */
  priority: optional(within(0.01, 100)),
  /** Whether a configuration may be tried twice at the same budget: `forbid` or `allow`. Default: forbid. */
  duplicates: optional(oneOf('forbid', 'allow'), 'forbid'),
  /** The study ends after this many configurations. Trials that resume others and imported trials do not count. */
  trials: optional(wholeFrom(0)),
  /** The study ends when one process has worked on it for this many seconds. */
  seconds: optional(notNegative),
  /** The study ends when the first objective reaches this value. */
  target: optional(finite),
  /**
   * The study ends when its trials have cost this much, in steps such as epochs. Of a trial that resumes another, only its own steps count; a trial
   * without steps or budget costs 1.
   */
  cost: optional(notNegative),
  /** The study ends when the sum of a metric over all trials reaches this, such as `{ usd: 5 }`. Running trials are stopped. */
  spend: optional(byName(notNegative, 'at least one metric with a number, such as { usd: 5 }')),
  /** The study ends after this many results in a row without a better one. */
  plateau: optional(wholeFrom(1)),
  /** How many attempts a trial has if they fail by an error, see `retryErrors`. Lost and preempted attempts have at least 30. Default: 3. */
  attempts: optional(wholeFrom(1)),
  /** Whether a trial that failed by an error is tried again. Default: false. */
  retryErrors: optional(bool),
};

/**
 * How a study runs. An option that is left out has its default or, if the log has entries, the value in the log. In that case, a limit or `parallel`
 * is applied only if it differs from the previous start, so a restart never undoes a change made in between.
 */
export interface StudyOptions extends OptionsOf<typeof studyOptions> {
  /**
   * Receives the transitions of all machines, as XState's inspection events. The actor of the study has the id `study`, that of a strategy its path. It
   * must change nothing.
   */
  readonly inspect?: Inspect | undefined;
  /** Is told what each strategy does: its facts, its phases, and how long its answers took. It must change nothing. */
  readonly watch?: Watch | undefined;
}

/** How a study searches. */
export interface StrategyOption {
  /** Default: the strategy of the log, or `auto()` for a new study. */
  readonly strategy?: Strategy | undefined;
}

/** How a study finds strategies that are not given as code. */
export interface ParseOption {
  /**
   * Makes a strategy from its name in the log: after a resume, or when a command changes the strategy. Default: `parseStrategy`. In
   * `hypertide/core` there is no default, so that a bundle has only the strategies that it imports.
   */
  readonly parseStrategy?: ParseStrategy | undefined;
}

/** In `hypertide/core`: either the strategy, or what makes the one that the log names. */
export type FoundStrategy = { readonly strategy: Strategy } | { readonly parseStrategy: ParseStrategy };

/** The name of the strategy of a new study that was given none. */
export const DEFAULT_STRATEGY = 'auto';

/** In a program without the names of strategies. @throws OptionError */
export const parseNone: ParseStrategy = (data, path = 'strategy') => {
  const todo = '; to read strategies by name, give the option parseStrategy, which "hypertide/strategies" exports';
  throw new OptionError(path, 'a strategy as code, such as random()', data, todo);
};

/** The limits among the options. */
export const limitsOf = ({ trials, seconds, target, cost, spend, plateau, attempts, retryErrors }: StudyOptions): Limits =>
  omitUndefined({ trials, seconds, target, cost, spend, plateau, attempts, retryErrors });

/** The strategy as the log records it: as data or, if it is only code, by its name. */
const recorded = (strategy: Strategy): unknown => withDefaults(strategy.spec ?? (strategy.name || 'code'));

/** Makes strategies from data, and the given one from its own, as a log records it. So a program needs no names for what it gives as code. */
export const knowing =
  (given: Strategy, parse: ParseStrategy): ParseStrategy =>
  (data, path) =>
    JSON.stringify(data) === JSON.stringify(recorded(given)) ? given : parse(data, path);

/**
 * @param others the names of options besides those of a study.
 * @throws OptionError for an unknown option, or if the argument is not an object of options.
 */
export function refuseUnknown(options: object, ...others: string[]): void {
  if (typeof options !== 'object') throw new OptionError('options', 'an object such as { strategy: tpe(), trials: 100 }', options);
  const names = [...Object.keys(studyOptions), 'inspect', 'watch', 'strategy', 'parseStrategy', ...others];
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new OptionError('options', `names among ${names.join(', ')}`, name, nearest(name, names));
}

/** @throws OptionError for what is no space, such as its parameters */
export function checkSpace(space: unknown): void {
  if (isRecord(space) && typeof space.toJSON === 'function') return;
  throw new OptionError(
    'space',
    'a space such as space({ lr: float(0, 1) })',
    space,
    isRecord(space) ? '; did you mean space({ ... })?' : '',
  );
}

/** @throws OptionError for what is no log, such as its path */
export function checkLog(log: unknown): void {
  if (isRecord(log) && typeof log.append === 'function') return;
  const path = typeof log === 'string' ? log : 'study.jsonl';
  throw new OptionError(
    'log',
    `a log such as await openJournal('${path}')`,
    log,
    isRecord(log) && typeof log.then === 'function' ? '; it is a promise: await it' : '',
  );
}

/** The requirements of a trial, as numbers. */
const amountsOf = (requires: Readonly<Record<string, Amount>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(requires).map(([name, of]) => [name, amountIn(of)!]));

/** The examples as the log records them. */
export const exampleSpec = (examples: number | readonly string[]): NonNullable<Created['examples']> =>
  typeof examples === 'number' ? { count: examples } : { count: examples.length, ids: examples };

/** The first fact of a log. @throws OptionError */
export function createdOf<P>(space: Space<P>, strategy: Strategy | undefined, options: StudyOptions): Created {
  if (strategy !== undefined) checkStrategy('strategy', strategy);
  const { study, seed, resumes, result, examples, parallel, priority, duplicates, requires } = resolveOptions('', studyOptions, options);
  return {
    type: 'created',
    format: FORMAT,
    rules: RULES,
    decisions: DECISIONS,
    study,
    space: space.toJSON(),
    objectives: objectivesOf(options),
    strategy: strategy === undefined ? DEFAULT_STRATEGY : recorded(strategy),
    seed: String(seed),
    limits: limitsOf(options),
    parallel,
    duplicates,
    ...omitUndefined({
      resumes: resumes || undefined,
      result: result === 'best' ? result : undefined,
      examples: examples === undefined ? undefined : exampleSpec(examples),
      requires: requires && amountsOf(requires),
      priority: priority === 1 ? undefined : priority,
    }),
    version,
  };
}

/**
 * The strategy as the log must record it, if a start gives another one than the study began with and has now; undefined if it need not.
 *
 * @param now the strategy that decides now, as data
 */
export function otherStrategy(logged: Created, now: unknown, strategy: Strategy | undefined): StrategyChange | undefined {
  if (strategy === undefined) return undefined;
  const wanted = recorded(strategy);
  const [before, ...differences] = [logged.strategy, now].map((one) => differencesAt('strategy', withDefaults(one), wanted));
  return before!.length === 0 || differences.flat().length === 0 ? undefined : { strategy: wanted, differences: before! };
}

interface StrategyChange {
  readonly strategy: unknown;
  readonly differences: readonly string[];
}
