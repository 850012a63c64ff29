import { OptionError } from '../../src/errors.ts';
import { checkOption, wholeFrom } from '../../src/schema/optionRules.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { budget } from '../operators/budget.ts';
import { chain } from '../operators/chain.ts';
import { budgetingIn } from './defaults.ts';
import { DEFAULT_STRATEGY, type ParseOption, parseNone, type StudyOptions } from './options.ts';

export interface EpochOptions {
  /**
   * Turns on early stopping with good defaults, around the strategy: a whole number of epochs (or steps of any kind), the most that a trial
   * trains. Trials must report each epoch. Those that fall behind are stopped, or with `resumes: true` pause and are resumed if they are
   * promising. Leave it out if the strategy has its own early stopping, such as `asha`.
   */
  readonly epochs?: number | undefined;
  /** `false`: each trial trains for all `epochs`. Default `true`. */
  readonly early?: boolean | undefined;
}

/**
 * Wraps a strategy as `epochs` does: in early stopping, or with the same budget for each trial.
 *
 * @param strategy default `auto()`
 * @returns the strategy itself without `epochs`
 * @throws OptionError if `early` is given without `epochs`, or the strategy decides for how long trials train
 * @example
 * withEpochs(tpe(), { epochs: 81 }); // chain(asha({ min: 1, max: 81, pause: false }), tpe())
 * withEpochs(tpe(), { epochs: 81, early: false }); // chain(budget(81), tpe())
 */
export function withEpochs(
  strategy: Strategy | undefined,
  { epochs, early, resumes = false, parseStrategy = parseNone }: EpochOptions & Pick<StudyOptions, 'resumes'> & ParseOption,
): Strategy | undefined {
  if (epochs === undefined) {
    if (early !== undefined) throw new OptionError('early', 'epochs as well, the most that a trial may train', early);
    return strategy;
  }
  checkOption('epochs', epochs, wholeFrom(1));
  const own = budgetingIn(strategy?.spec);
  if (own !== undefined)
    throw new OptionError(
      'epochs',
      'a strategy that does not decide for how long trials train',
      own,
      `; epochs does this itself: leave out ${own}, as in "strategy: tpe", or leave out epochs`,
    );
  const stage = early === false ? budget(epochs) : parseStrategy({ asha: { min: 1, max: epochs, pause: resumes } });
  return chain(stage, strategy ?? parseStrategy(DEFAULT_STRATEGY));
}
