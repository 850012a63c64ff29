import { sequenceChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { permute } from '../../src/numeric/sequences/permutation.ts';
import { numberedSequence, type Sequence, sequenceCore } from '../../src/samplers/sequence.ts';
import { oneOrByName, wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, type SettingsOf } from '../../src/schema/optionSet.ts';
import type { Axis } from '../../src/space/axis.ts';
import { cells } from '../../src/space/cells.ts';
import type { Env } from '../../src/strategy/env.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';

const DEFAULT_LEVELS = 10;

export const gridOptions = {
  /**
   * How many values of a continuous parameter are tried: one number for all, or numbers by parameter. All values of a parameter with finitely many
   * values are tried, unless it is named here. Default: 10.
   */
  levels: optional(
    oneOrByName(wholeFrom(1), 'a whole number of at least 1, or such numbers by the names of parameters', 0),
    DEFAULT_LEVELS,
  ),
};
export type GridOptions = OptionsOf<typeof gridOptions>;

/**
 * Every combination of the parameters' values, each once (full factorial), in random order. After the last one, it hands asks on.
 *
 * Use it for a few parameters with few values each.
 *
 * Values of inactive parameters are not combined.
 *
 * @throws OptionError; at subscription if `levels` names an unknown parameter
 * @example grid({ levels: { lr: 5 } })
 */
export const grid = (options: GridOptions = {}): Strategy =>
  stageOf('grid', gridOptions, options, (env, { levels }) => {
    return drive(sequenceChart, sequenceCore(env, gridSequence(env, levelsFor(env.axes, levels))), env);
  });

/** How many levels an axis gets. */
function levelsFor(axes: readonly Axis[], levels: SettingsOf<typeof gridOptions>['levels']): (axis: Axis) => number {
  const byName = new Map(typeof levels === 'object' ? Object.entries(levels) : []);
  const continuous = typeof levels === 'number' ? levels : DEFAULT_LEVELS;
  const names = axes.map(({ name }) => name);
  for (const name of byName.keys()) {
    if (!names.includes(name)) throw new OptionError('grid.levels', `names among ${names.join(', ')}`, name);
  }
  return ({ name, levels: own }) => byName.get(name) ?? own?.count ?? continuous;
}

/** All combinations of the axes' levels. In random order, so that a study that ends early has covered the space evenly. */
function gridSequence(env: Env, levelsOf: (axis: Axis) => number): Sequence<unknown> {
  const { count, at } = cells(env, levelsOf);
  const order = permute(count, rngFor(env.seed, env.name, 0));
  return numberedSequence(env, count, (i) => at(order(i)));
}
