import { sequenceChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { gridSequence } from '../../src/samplers/grid.ts';
import { sequenceCore } from '../../src/samplers/sequence.ts';
import { bool, oneOrByName, wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions, type SettingsOf } from '../../src/schema/optionSet.ts';
import type { Axis } from '../../src/space/axis.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stage } from '../kernel/strategy.ts';

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
  /** Whether the order is random, so that a study that ends early has covered the space evenly. Default: true. */
  shuffle: optional(bool, true),
};
export type GridOptions = OptionsOf<typeof gridOptions>;

/**
 * Every combination of the parameters' values, each once (full factorial). After the last one, it hands asks on.
 *
 * Use it for a few parameters with few values each.
 *
 * Values of inactive parameters are not combined.
 *
 * @throws OptionError; at subscription if `levels` names an unknown parameter
 * @example grid({ levels: { lr: 5 } })
 */
export const grid = (options: GridOptions = {}): Strategy => {
  const { levels, shuffle } = resolveOptions('grid', gridOptions, options);
  return stage('grid', options, (env) => {
    return drive(sequenceChart, sequenceCore(env, gridSequence(env, levelsFor(env.axes, levels), shuffle)), env);
  });
};

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
