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
