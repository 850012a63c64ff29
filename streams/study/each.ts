import { OptionError } from '../../src/errors.ts';
import type { Values } from '../../src/facts/facts.ts';
import { isRecord } from '../../src/schema/json.ts';
import { nextTurn } from '../engine/timeout.ts';
import { type Evaluation, InfeasibleError, type Objective, type Trial, type Valued } from '../objective.ts';

/** The result of an example: the value, or values with metrics, such as what it cost. */
export type ExampleEvaluation<O extends string = string> =
  | Valued<O>
  | { readonly values: Readonly<Record<O, number>>; readonly metrics?: Values | undefined };

/**
 * An objective that is the mean over examples, such as questions, folds, instances or games. A study of it races: it evaluates trials on a few examples
 * each, and on more of them the better they are.
 *
 * @param list the examples. Different texts are also their names in the log.
 * @param evaluate the result of a configuration on one example. `trial.signal` aborts when the trial should stop.
 * @returns an objective that evaluates the examples that the study asks for, one after the other. If `evaluate` throws, the trial fails; results before
 * that are kept.
 * @throws OptionError for an empty list.
 * @example
 * const { best } = await optimize(space({ temperature: float(0, 1) }), each(questions, (params, question) => scoreOf(params, question)), {
 *   objectives: { score: 'maximize' },
 *   trials: 100,
 * });
 */
export function each<P, E, O extends string = string>(
  list: readonly E[],
  evaluate: (params: P, example: E, trial: Trial<NoInfer<O>>) => ExampleEvaluation<NoInfer<O>> | Promise<ExampleEvaluation<NoInfer<O>>>,
): Objective<P, O> {
  if (!Array.isArray(list) || list.length === 0) throw new OptionError('each', 'a list of at least one example', list);
  const names = list.every((example): example is E & string => typeof example === 'string' && example !== '' && example.length <= 256);
  const objective: Objective<P, O> = async (params, trial) => {
    let last: ExampleEvaluation<O> | undefined;
    for (const place of trial.examples ?? list.keys()) {
      if (trial.signal.aborted) break;
      last = await evaluate(params, list[place]!, trial);
      const { values, metrics } = withMetrics(last);
      trial.reportExample(place, values, metrics);
      await nextTurn(); // the study hears the result, and may stop the trial
    }
    if (last === undefined) throw new InfeasibleError('it was stopped before its first example');
    return last as Evaluation<O>; // the study computes the mean
  };
  const isNamed = names && list.length <= 10_000 && new Set(list).size === list.length;
  return Object.assign(objective, { examples: isNamed ? (list as readonly string[]) : list.length });
}

/** The values of a result, and its metrics. */
function withMetrics<O extends string>(
  result: ExampleEvaluation<O>,
): { readonly values: Valued<O>; readonly metrics?: Values | undefined } {
  const given: { readonly values?: unknown } | undefined = isRecord(result) ? result : undefined;
  return isRecord(given?.values) ? (given as { readonly values: Readonly<Record<O, number>> }) : { values: result as Valued<O> };
}
