import { OptionError } from '../../src/errors.ts';
import { nextTurn } from '../engine/timeout.ts';
import { type ExampleEvaluation, InfeasibleError, readExample, type Trial } from '../objective.ts';

/** The values of results. */
type ValuesOf<R> = R extends number
  ? number
  : R extends { readonly values: infer V extends object }
    ? { readonly values: V }
    : { readonly values: R };

/** An objective that evaluates examples. It fits a study with the objectives that its results have values for. */
export interface EachObjective<P, R> {
  (params: P, trial: Trial): Promise<ValuesOf<R>>;
  readonly examples: number | readonly string[];
}

/**
 * An objective that is the mean over examples, such as questions, folds, instances or games. A study of it races: it evaluates trials on a few examples
 * each, and on more of them the better they are.
 *
 * @param list the examples. Different texts are also their names in the log.
 * @param evaluate the result of a configuration on one example: its value, values by name or, with metrics and outcome constraints,
 * `{ values, metrics, constraints }`. The study computes means, and sums of metrics. `trial.signal` aborts when the trial should stop.
 * @returns an objective that evaluates the examples that the study asks for, one after the other. If `evaluate` throws, the trial fails; results before
 * that are kept.
 * @throws OptionError for an empty list.
 * @example
 * const { best } = await optimize(space({ temperature: float(0, 1) }), each(questions, (params, question) => scoreOf(params, question)), {
 *   objectives: { score: 'maximize' },
 *   trials: 100,
 * });
 */
export function each<P, E, R extends ExampleEvaluation>(
  list: readonly E[],
  evaluate: (params: P, example: E, trial: Omit<Trial, 'report' | 'reportExample'>) => R | Promise<R>,
): EachObjective<P, R> {
  if (!Array.isArray(list) || list.length === 0) throw new OptionError('each', 'a list of at least one example', list);
  const names = list.every((example): example is E & string => typeof example === 'string' && example !== '' && example.length <= 256);
  const objective = async (params: P, trial: Trial) => {
    let last: R | undefined;
    for (const place of trial.examples ?? list.keys()) {
      if (trial.signal.aborted) break;
      last = await evaluate(params, list[place]!, trial);
      trial.reportExample(place, last);
      await nextTurn(); // the study hears the result, and may stop the trial
    }
    if (last === undefined) throw new InfeasibleError('it was stopped before its first example');
    const { values } = readExample(last); // the study computes the mean
    return (typeof values === 'number' ? values : { values }) as ValuesOf<R>;
  };
  const isNamed = names && list.length <= 10_000 && new Set(list).size === list.length;
  return Object.assign(objective, { examples: isNamed ? (list as readonly string[]) : list.length });
}
