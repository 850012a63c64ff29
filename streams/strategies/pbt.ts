import { populationMachine } from '../../machines/population.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/messages.ts';
import { checkOptions, names, needed, part, positive, probability, upTo, wholeFrom } from '../../src/optionRules.ts';
import { type PopulationSettings, populationOf } from '../../src/schedulers/population.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface PbtOptions {
  /** The budget of a member, such as epochs, when it is done. */
  readonly max: number;
  /** After each so much budget a member compares itself with the others. Default: a tenth of `max`, rounded up. */
  readonly interval?: number | undefined;
  /** How many members train. Default: 10. */
  readonly population?: number | undefined;
  /** The worst so large a share of the members goes on from checkpoints of the best such share. Default: 0.25. */
  readonly quantile?: number | undefined;
  /** The probability that a parameter of such a clone is drawn anew from its prior, rather than moved a step. Default: 0.25. */
  readonly resample?: number | undefined;
  /** The size of such a step, as a part of the parameter's range. Default: 0.1. */
  readonly step?: number | undefined;
  /** Parameters that cannot change along a checkpoint, such as a number of layers: a clone keeps them. Default: none. */
  readonly fixed?: readonly string[] | undefined;
}

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
  check(options);
  return stage('pbt', options, (env) => {
    oneObjective(env, 'pbt compares trials by');
    return drive(populationMachine, env, { env, core: populationOf(env, settingsFor(env, options)) });
  });
}

function settingsFor({ axes }: Env, options: PbtOptions): PopulationSettings {
  const { max, interval = Math.ceil(max / 10), population: size = 10, quantile = 0.25, resample = 0.25, step = 0.1, fixed = [] } = options;
  const known = axes.map(({ name }) => name);
  const unknown = fixed.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new StrategyError(`pbt.fixed: expected parameters of ${known.join(', ')}, got ${unknown}`);
  return { size, interval, max, quantile, resample, step, fixed: new Set(fixed.map((name) => known.indexOf(name))) };
}

function check(options: PbtOptions): void {
  checkOptions('pbt', options, {
    max: needed(positive),
    interval: positive,
    population: wholeFrom(2),
    quantile: upTo(0.5),
    resample: probability,
    step: part,
    fixed: names,
  });
}
