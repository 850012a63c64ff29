import { DECISIONS, FORMAT, RULES } from '../../src/facts/versions.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';

export const line = space({ x: float(0, 1) });

/** The first fact of a study over this space. */
export const created = {
  type: 'created',
  format: FORMAT,
  rules: RULES,
  decisions: DECISIONS,
  study: 's',
  space: line.toJSON(),
  objectives: [{ name: 'value', direction: 'minimize' }],
  strategy: 'random',
  seed: '0',
  limits: { trials: 100 },
  parallel: 8,
  duplicates: 'forbid',
};
