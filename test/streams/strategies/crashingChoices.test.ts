import { expect, it } from 'vitest';
import { choice, float, optimize, parseStrategy, space } from '../../../streams/index.ts';

const mixed = space({ a: float(0, 1), b: float(0, 1), c: choice(['p', 'q', 'r']), d: float(0, 1) });

/** How many of the trials 51 to 150 have the choice with which each trial crashes, over two seeds. */
async function crashes(strategy: string): Promise<number> {
  let count = 0;
  for (let seed = 1; seed <= 2; seed++) {
    let trial = 0;
    const train = ({ a, b, c, d }: ReturnType<typeof mixed.decode>) => {
      trial++;
      if (c === 'r' && trial > 50) count++;
      if (c === 'r') throw new Error('crash');
      return 4 * (a - 0.5) ** 2 + (b - 0.5) ** 2 + (c === 'p' ? 0.2 : 0) + 0.5 * (d - 0.3) ** 2;
    };
    await optimize(mixed, train, { strategy: parseStrategy(strategy), trials: 150, seed }).result();
  }
  return count;
}

it.each(['tpe', 'cmaes', 'ga'])('%s stops suggesting a choice that always crashes', async (strategy) => {
  expect(await crashes(strategy)).toBeLessThanOrEqual(10); // of 200; random search suggests it 67 times
});
