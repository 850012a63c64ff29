import { expect, it } from 'vitest';
import { auto, bo, choice, float, optimize, space } from '../../streams/index.ts';

/** Seconds of CPU; 32 s if models have a dimension for each value. */
const MOST = 15;

it.each([
  ['bo', bo],
  ['auto', auto],
] as const)('%s tries a choice of 100 000 values without blocking for long', async (_, strategy) => {
  const wide = space({ name: choice(Array.from({ length: 100_000 }, (__, i) => `v${i}`)), x: float(0, 1) });
  const { user } = process.cpuUsage();
  const { completed } = await optimize(wide, ({ name, x }) => name.length + x, { trials: 20, strategy: strategy() }).result();
  expect(completed).toBe(20);
  expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(MOST);
});
