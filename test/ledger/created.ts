import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';

export const line = space({ x: float(0, 1) });

/** The first fact of a study over this space. Without rules, it has the first ones. */
export const created = (rules?: number) => ({
  type: 'created',
  v: 1,
  study: 's',
  space: line.toJSON(),
  objectives: [{ name: 'value', direction: 'minimize' }],
  strategy: 'random',
  seed: '0',
  limits: { trials: 100 },
  parallel: 8,
  duplicates: 'forbid',
  ...(rules !== undefined && { rules }),
});
