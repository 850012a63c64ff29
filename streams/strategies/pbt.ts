import { populationChart } from '../../machines/strategies.ts';
import { StrategyError } from '../../src/errors.ts';
import { type PopulationSettings, pbtOptions, populationCore } from '../../src/schedulers/population.ts';
import type { OptionsOf, SettingsOf } from '../../src/schema/optionSet.ts';
import type { Env } from '../../src/strategy/env.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';
import { oneObjective } from '../operators/oneObjective.ts';

export type PbtOptions = OptionsOf<typeof pbtOptions>;

/**
 * Population based training (Jaderberg et al. 2017): all members train at the same time. After each interval, a member that is among the worst
 * continues from the checkpoint of one of the best (exploit), with parameters close to those (explore); the others continue from their own
 * checkpoints.
 *
 * Use it to find a schedule of parameters in one training run, if your trainer loads checkpoints.
 *
 * No trainer waits for the others. A member that fails or violates an outcome constraint is replaced in the same way. When all members are at `max`,
 * it hands asks on.
 *
 * The stages of a member are trials that resume each other: `resumes` names the trial whose checkpoint the trainer loads. The values of the best
 * member along its `resumes` are the schedule.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives or lacks a fixed parameter
 * @example
 * pbt({ population: 16, interval: 5, max: 100, fixed: ['layers'] })
 */
export const pbt = (options: PbtOptions): Strategy =>
  stageOf('pbt', pbtOptions, options, (env, settings) => {
    oneObjective(env, 'pbt compares trials by');
    return drive(populationChart, populationCore(env, populationSettings(env, settings)), env);
  });

function populationSettings({ axes }: Env, { fixed = [], ...settings }: SettingsOf<typeof pbtOptions>): PopulationSettings {
  const known = axes.map(({ name }) => name);
  const unknown = fixed.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new StrategyError(`pbt.fixed: expected parameters of ${known.join(', ')}, got ${unknown}`);
  const { interval = Math.ceil(settings.max / 10) } = settings;
  return { ...settings, interval, fixed: new Set(fixed.map((name) => known.indexOf(name))) };
}
