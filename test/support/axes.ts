import type { Axis } from '../../src/space/axis.ts';

/** A continuous axis. */
export const floatAxis = (name: string): Axis => ({ name, kind: 'float', ordered: true });

/** An axis of unordered levels. */
export const choiceAxis = (name: string, count: number): Axis => ({
  name,
  kind: 'choice',
  ordered: false,
  levels: { count, at: (k) => (k + 0.5) / count, of: (x) => Math.min(Math.floor(x * count), count - 1) },
});

/** An axis of four unordered levels in two groups that are alike: the first two and the last two. */
export const describedAxis = (name: string): Axis => ({ ...choiceAxis(name, 4), features: [[0], [0.1], [0.9], [1]] });
