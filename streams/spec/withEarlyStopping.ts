import { OptionError } from '../../src/errors.ts';
import { checkOption, exampleList, wholeFrom } from '../../src/schema/optionRules.ts';
import { boostingIn } from '../../src/space/known/boosting.ts';
import type { Space } from '../../src/space/space.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { budget } from '../operators/budget.ts';
import { chain } from '../operators/chain.ts';
import { budgetingIn, isIn } from './defaults.ts';
import { DEFAULT_STRATEGY, type ParseOption, parseNone, type StudyOptions } from './options.ts';

export interface EarlyOptions {
  /**
   * Turns on early stopping with good defaults, around the strategy: a whole number of epochs (or steps of any kind), the most that a trial
   * trains. Trials must report each epoch. Those that fall behind are stopped, or with `resumes: true` pause and are resumed if they are
   * promising. Leave it out if the strategy has its own early stopping, such as `asha`.
   */
  readonly epochs?: number | undefined;
  /**
   * `false`: each trial trains for all `epochs`, or is evaluated on all `examples`. Default `true`, but `false` with `epochs` for gradient boosting, as
   * far as the names of the parameters show it: its curves cross, so a trial that falls behind may be the best one at its end.
   */
  readonly early?: boolean | undefined;
}

/**
 * Puts early stopping before a strategy, as `epochs` and `examples` do.
 *
 * @param strategy default `auto()`
 * @param space its parameters say whether curves cross: see `boostingIn`
 * @returns the strategy itself without `epochs` and `examples`, or if it races on examples by itself
 * @throws OptionError if `early` is given without `epochs` or `examples`, or both are given, or the strategy decides for how long trials train
 * @example
 * withEarlyStopping(tpe(), { epochs: 81 }); // chain(asha({ min: 1, max: 81, pause: false }), tpe())
 * withEarlyStopping(tpe(), { epochs: 81, early: false }); // chain(budget(81), tpe())
 * withEarlyStopping(tpe(), { examples: 200 }); // chain(race(), tpe())
 */
export function withEarlyStopping(
  strategy: Strategy | undefined,
  options: EarlyOptions & Pick<StudyOptions, 'resumes' | 'examples'> & ParseOption,
  space?: Space<unknown>,
): Strategy | undefined {
  const { epochs, examples, early, resumes = false, parseStrategy = parseNone } = options;
  if (epochs === undefined && examples === undefined) {
    if (early !== undefined) throw new OptionError('early', 'epochs or examples as well, the most that a trial may take', early);
    return strategy;
  }
  if (epochs !== undefined && examples !== undefined)
    throw new OptionError('examples', 'no epochs besides: a trial either trains for epochs or is evaluated on examples', examples);
  const given = epochs === undefined ? 'examples' : 'epochs';
  if (epochs !== undefined) checkOption('epochs', epochs, wholeFrom(1));
  else checkOption('examples', examples, exampleList);
  const own = budgetingIn(strategy?.spec);
  if (own !== undefined)
    throw new OptionError(
      given,
      'a strategy that does not decide for how long trials train',
      own,
      `; ${given} does this itself: leave out ${own}, as in "strategy: tpe", or leave out ${given}`,
    );
  if (examples !== undefined && (early === false || isIn('race', strategy?.spec))) return strategy;
  const stage =
    epochs === undefined
      ? parseStrategy('race')
      : !(early ?? boostingIn(Object.keys(space?.toJSON().parameters ?? {})) === undefined)
        ? budget(epochs)
        : parseStrategy({ asha: { min: 1, max: epochs, pause: resumes } });
  return chain(stage, strategy ?? parseStrategy(DEFAULT_STRATEGY));
}
