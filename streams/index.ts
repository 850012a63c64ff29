import type { OperatorFunction } from 'rxjs';
import { parseStrategy } from './strategies.ts';
import {
  type CreateStudyOptions,
  createStudy as createStudyIn,
  type Directive,
  type Objective,
  type Optimization,
  type OptimizeOptions,
  optimize as optimizeIn,
  type ParseOption,
  type ParseStrategy,
  type Space,
  type Study,
  type SuggestOptions,
  suggest as suggestIn,
  type TrialEvent,
} from './studies.ts';

export * from './strategies.ts';
export * from './studies.ts';

/** With all strategies by name, of which `auto` is the default. */
const named = <O extends ParseOption>(options: O): O & { readonly parseStrategy: ParseStrategy } =>
  typeof options === 'object' ? { ...options, parseStrategy: options.parseStrategy ?? parseStrategy } : options;

/**
 * Tunes a function in this process. Nothing runs until you `await` the study, call `result()`, or subscribe to it.
 *
 * @param space the configurations to search.
 * @param objective returns the value of a configuration. If it is asynchronous, `parallel` trials run at once.
 * @throws into the stream and from the result: OptionError (also for unknown options), MismatchError if the log belongs to another study, StalledError, and what the strategy throws.
 * @example
 * const { best } = await optimize(space({ x: float(-5, 5) }), ({ x }) => (x - 1) ** 2, { trials: 50 });
 * await optimize(space, train, { epochs: 81, trials: 100 }); // early stopping; `train` reports each epoch
 */
export const optimize = <P, O extends string = 'value'>(
  space: Space<P>,
  objective: Objective<P, NoInfer<O>>,
  options: OptimizeOptions<O> = {},
): Optimization<P, O> => optimizeIn(space, objective, named(options));

/**
 * Creates or resumes a study in this process, for you to ask and tell.
 *
 * @throws OptionError
 * @example
 * const study = createStudy(space, { strategy: ga(), trials: 100 });
 * for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, await train(next.params));
 */
export const createStudy = <P, O extends string = 'value'>(space: Space<P>, options: CreateStudyOptions<O> = {}): Study<P, O> =>
  createStudyIn(space, named(options));

/**
 * A study as an operator, from facts of trainers to directives. Without the option `log` it keeps none: the facts that come in are the log, and each
 * is answered at once. It completes when the study has closed, or when its source completes.
 *
 * @throws OptionError, StalledError and what the strategy throws, into the stream.
 * @example
 * results$.pipe(suggest(space, { strategy: ga(), trials: 100, parallel: 4 })).subscribe((directive) => queue.push(directive));
 */
export const suggest = <P>(space: Space<P>, options: SuggestOptions = {}): OperatorFunction<TrialEvent, Directive<P>> =>
  suggestIn(space, named(options));
