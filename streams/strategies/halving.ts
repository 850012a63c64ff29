import { halvingChart } from '../../machines/strategies.ts';
import { Halving, type HalvingSettings } from '../../src/schedulers/halving.ts';
import { rungOptions } from '../../src/schedulers/rungBudgets.ts';
import { halvingCore, type Scheduler } from '../../src/schedulers/scheduler.ts';
import { bool, positive } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
import type { Env } from '../../src/strategy/env.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stage } from '../kernel/strategy.ts';

const halvingOwnOptions = {
  /**
   * `false`: a trial keeps training, and is stopped if it falls behind. The trainer only has to report its steps and obey stops. `true`: a trial
   * ends at a rung, and the best are resumed from their checkpoints up to the next one. The trainer has to respect its budget and to save and load
   * checkpoints. Default: false.
   */
  pause: optional(bool),
  /** The lowest budget at which trials are compared. Default: learned during the study, as the lowest rung that predicts the order at the next one. */
  first: optional(positive),
};
export const halvingOptions: typeof rungOptions & typeof halvingOwnOptions = { ...rungOptions, ...halvingOwnOptions };

export type HalvingOptions = OptionsOf<typeof halvingOptions>;

/** A scheduler as an operator: it sets budgets and promotes or stops trials; later stages choose the configurations. */
export function scheduling(name: string, options: object, rungs: readonly number[], begin: (env: Env) => Scheduler): Strategy {
  const strategy = stage(name, options, (env) =>
    drive(
      halvingChart,
      halvingCore(env, () => begin(env)),
      env,
    ),
  );
  return Object.assign(strategy, { rungs, full: rungs.at(-1)! });
}

/** Asynchronous halving. */
export const halving = (name: string, options: HalvingOptions, settings: Omit<HalvingSettings, 'pause'>): Strategy =>
  scheduling(name, options, settings.rungs, (env) => new Halving({ ...settings, pause: options.pause ?? false }, env));
