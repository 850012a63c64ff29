import { OptionError } from '../../src/errors.ts';
import { advance, type Progress } from '../../src/schedulers/progress.ts';
import type { Strategy } from '../strategy.ts';
import { type StopOptions, stopRule } from './stopRule.ts';

/** Defaults: `warmup` 0, `peers` 0. */
export interface PatienceOptions extends StopOptions {
  /** A trial is stopped when it has come to nothing better for so many steps. */
  readonly steps: number;
  /** What is better by no more than this counts as no better; in units of the objective. Default 0. */
  readonly delta?: number;
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
  const { steps, delta = 0, warmup = 0, peers = 0 } = options;
  if (!(steps > 0 && Number.isFinite(steps))) throw new OptionError('patience.steps', 'a number of steps above 0', steps);
  if (!(delta >= 0 && Number.isFinite(delta))) throw new OptionError('patience.delta', 'a number from 0 on', delta);
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
