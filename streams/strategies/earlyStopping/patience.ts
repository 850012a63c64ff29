import { advance, type Improvement } from '../../../src/schedulers/improvement.ts';
import { notNegative, positive } from '../../../src/schema/optionRules.ts';
import { type OptionsOf, optional, required, resolveOptions } from '../../../src/schema/optionSet.ts';
import type { Strategy } from '../../kernel/strategy.ts';
import { stopRule } from './stopRule.ts';

export const patienceOptions = {
  /** A trial is stopped when it has not improved for this many steps. */
  steps: required(positive),
  /** An improvement counts only if it is larger than this, in units of the objective. Default: 0. */
  delta: optional(notNegative, 0),
  /** No trial is stopped before this step. Default: 0. */
  warmup: optional(notNegative, 0),
};
export type PatienceOptions = OptionsOf<typeof patienceOptions>;

/**
 * Stops a trial that no longer improves, regardless of the others. With several objectives, a trial improves if a report is better in one of them
 * than every earlier report.
 *
 * Use it if training usually converges before its last step.
 *
 * @throws OptionError
 * @example
 * chain(patience({ steps: 10, delta: 1e-3 }), tpe())
 */
export function patience(options: PatienceOptions): Strategy {
  const { steps, delta, warmup } = resolveOptions('patience', patienceOptions, options);
  return stopRule<Improvement, undefined>(
    {
      name: 'patience',
      start: () => undefined,
      extend: (progress, { step, losses }) => advance(progress, step, losses, delta),
      judge: (_, { since }, { step }) => (step - since >= steps ? `it has not improved since step ${since}` : undefined),
    },
    warmup,
    options,
  );
}
