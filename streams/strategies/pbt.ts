import { populationMachine } from '../../machines/population.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/messages.ts';
import { type OptionsOf, type SettingsOf, settle } from '../../src/optionSet.ts';
import { type PopulationSettings, pbtOptions, populationOf } from '../../src/schedulers/population.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type PbtOptions = OptionsOf<typeof pbtOptions>;

/**
 * Population based training (Jaderberg et al. 2017): members train side by side. When one has come an interval further and is among the worst,
 * it goes on from the checkpoint of one of the best (exploit), with parameters near to the ones of that (explore); otherwise from its
 * own. Nobody waits for the others. One that fails, or violates an outcome constraint, is replaced likewise. When all are at `max`, asks are
 * handed on.
 *
 * A member's stages are trials that go on from each other: `resumes` names the trial whose checkpoint is to be loaded. The values of the
 * best member along its `resumes` are the schedule that was found.
 *
 * @throws OptionError; StrategyError at subscription, where the study has several objectives or lacks a fixed parameter
 * @example
 * pbt({ population: 16, interval: 5, max: 100, fixed: ['layers'] })
 */
export function pbt(options: PbtOptions): Strategy {
  const settings = settle('pbt', pbtOptions, options);
  return stage('pbt', options, (env) => {
    oneObjective(env, 'pbt compares trials by');
    return drive(populationMachine, env, { env, core: populationOf(env, populationSettings(env, settings)) });
  });
}

function populationSettings({ axes }: Env, { fixed = [], ...settings }: SettingsOf<typeof pbtOptions>): PopulationSettings {
  const known = axes.map(({ name }) => name);
  const unknown = fixed.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new StrategyError(`pbt.fixed: expected parameters of ${known.join(', ')}, got ${unknown}`);
  const { interval = Math.ceil(settings.max / 10) } = settings;
  return { ...settings, interval, fixed: new Set(fixed.map((name) => known.indexOf(name))) };
}
