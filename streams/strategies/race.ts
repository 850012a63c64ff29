import { raceChart } from '../../machines/strategies.ts';
import { StrategyError } from '../../src/errors.ts';
import { raceCore } from '../../src/schedulers/race.ts';
import { fraction, probability } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

export const raceOptions = {
  /**
   * A trial is stopped if the probability that it is better than the leader on all examples is below this. Default: 0.2, or 0.05 if the study has a limit
   * of trials and none of cost or spend.
   */
  delta: optional(probability),
  /**
   * The share of all results that leaders take, for their growing set of examples; with a limit of trials and none of cost or spend, they take as large a part of the examples as
   * the study has begun of its trials. 1: the first leader takes all examples at once. Default: 0.25.
   */
  share: optional(fraction, 0.25),
};
export type RaceOptions = OptionsOf<typeof raceOptions>;

/**
 * Evaluates trials on a few examples each, such as questions, folds, instances or games, and on more of them the better they are. The strategies behind it
 * choose the configurations.
 *
 * Use it if a trial is scored on many examples, whose results come one by one. The option `examples` of a study puts it before your strategy.
 *
 * One configuration leads. A challenger takes the leader's examples, in an order of its own, and is compared with the leader on those that both have: it is
 * stopped once it is probably worse. If it has taken them all and is better, it leads. From time to time the leader takes more examples, and when the
 * study has reached its limit of trials, all of them, in as many trials as may be open. So the leader is the best configuration at any time, also after an abort.
 *
 * With outcome constraints, the leader satisfies them on average if any configuration does. A challenger is stopped if it probably violates one, and is
 * compared with a leader that violates some by these.
 *
 * With several objectives, all configurations lead that no other one dominates, and a challenger is stopped if it is unlikely to be better than one of them in
 * any objective.
 *
 * Most challengers that are exactly as good as the leader are stopped, too: that costs nothing. The rule gives no guarantee for a single trial.
 *
 * @throws OptionError; StrategyError in a study without `examples`
 * @example
 * optimize(space({ temperature: float(0, 1) }), each(questions, answerScore), { strategy: chain(race(), bo()), trials: 100 });
 */
export const race = (options: RaceOptions = {}): Strategy =>
  Object.assign(
    stageOf('race', raceOptions, options, (env, settings) => {
      const { examples } = env;
      if (examples === undefined) throw new StrategyError('race compares trials on examples: give the study the option examples');
      return drive(raceChart, raceCore({ ...env, examples }, settings), env);
    }),
    { races: true } as const,
  );
