import { checkOptions, needed, notNegative, positive } from '../../src/optionRules.ts';
import { advance, type Progress } from '../../src/schedulers/progress.ts';
import type { Strategy } from '../strategy.ts';
import { grace, type StopOptions, stopRule } from './stopRule.ts';

/** Defaults: `warmup` 0, `peers` 0. */
export interface PatienceOptions extends StopOptions {
  /** A trial is stopped when it has come to nothing better for so many steps. */
  readonly steps: number;
  /** What is better by no more than this counts as no better; in units of the objective. Default 0. */
  readonly delta?: number | undefined;
}

/**
 * Stops a trial that no longer improves, whatever the others do. With several objectives it improves as long as a report is better in one
 * of them than each report before it.
 *
 * @throws OptionError
 * @example
 * chain(patience({ steps: 10, delta: 1e-3 }), tpe())
 */
export function patience(options: PatienceOptions): Strategy {
  checkOptions('patience', options, { steps: needed(positive), delta: notNegative, ...grace });
  const { steps, delta = 0, warmup = 0, peers = 0 } = options;
  return stopRule<Progress, undefined>(
    {
      name: 'patience',
      start: () => undefined,
      follow: (progress, { step, losses }) => advance(progress, step, losses, delta),
      judge: (_, { since }, { step }) => step - since >= steps,
    },
    warmup,
    peers,
    options,
  );
}
