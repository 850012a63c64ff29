import { sequenceMachine } from '../../machines/sequence.ts';
import { OptionError } from '../../src/errors.ts';
import { bool, checkOption, wholeFrom } from '../../src/optionRules.ts';
import { gridSequence } from '../../src/samplers/grid.ts';
import type { Axis } from '../../src/space/axis.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface GridOptions {
  /** How many values a continuous parameter is tried at: one number for all, or some by name. A parameter with finitely many values is tried
   * at all of them, unless it is named here. Default: 10. */
  readonly levels?: number | Readonly<Record<string, number>> | undefined;
  /** Whether the order is random, so that a study that is stopped has covered the space evenly. Default: true. */
  readonly shuffle?: boolean | undefined;
}

const DEFAULT_LEVELS = 10;

/**
 * Every combination of the parameters' values, each once: full factorial. Values of inactive parameters are not combined. After the last
 * combination asks are handed on.
 *
 * @throws OptionError; at subscription where `levels` names an unknown parameter
 * @example grid({ levels: { lr: 5 } })
 */
export const grid = (options: GridOptions = {}): Strategy => {
  const { levels = DEFAULT_LEVELS, shuffle = true } = options;
  checkLevels(levels);
  checkOption('grid.shuffle', shuffle, bool);
  return stage('grid', options, (env) => {
    return drive(sequenceMachine, env, { env, core: gridSequence(env, levelsFor(env.axes, levels), shuffle) });
  });
};

type Levels = NonNullable<GridOptions['levels']>;

function checkLevels(levels: Levels): void {
  if (typeof levels !== 'object' || levels === null) checkOption('grid.levels', levels, wholeFrom(1));
  else for (const [name, count] of Object.entries(levels)) checkOption(`grid.levels.${name}`, count, wholeFrom(1));
}

/** How many levels an axis gets. */
function levelsFor(axes: readonly Axis[], levels: Levels): (axis: Axis) => number {
  const byName = new Map(typeof levels === 'object' ? Object.entries(levels) : []);
  const continuous = typeof levels === 'number' ? levels : DEFAULT_LEVELS;
  const names = axes.map(({ name }) => name);
  for (const name of byName.keys()) {
    if (!names.includes(name)) throw new OptionError('grid.levels', `names among ${names.join(', ')}`, name);
  }
  return ({ name, levels: own }) => byName.get(name) ?? own?.count ?? continuous;
}
