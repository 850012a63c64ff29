import { halvingChart } from '../../machines/strategies.ts';
import type { HalvingSettings } from '../../src/schedulers/halving.ts';
import { halvingCore } from '../../src/schedulers/halvingCore.ts';
import { rungOptions } from '../../src/schedulers/rungBudgets.ts';
import { bool, positive } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional } from '../../src/schema/optionSet.ts';
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

/** Successive halving as an operator: it sets budgets and promotes or stops trials; later stages choose the configurations. */
export function halving(name: string, options: HalvingOptions, settings: Omit<HalvingSettings, 'pause'>): Strategy {
  const { rungs } = settings;
  const { pause = false } = options;
  const strategy = stage(name, options, (env) => drive(halvingChart, halvingCore(env, { ...settings, pause }), env));
  return Object.assign(strategy, { rungs, full: rungs.at(-1)! });
}
