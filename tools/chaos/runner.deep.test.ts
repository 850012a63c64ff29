import { expect, it } from 'vitest';
import { killRunner } from './runner.ts';

it('programs end with their runner, and no trial is given up', async () => {
  const { kills, left, running, trials, verify } = await killRunner(8, 'test');
  expect({ left, trials: { ...trials, begun: 0 } }).toEqual({ left: 0, trials: { completed: 2 * kills, failed: 0, begun: 0 } });
  expect(running).toBeGreaterThan(0); // so a kill had something to end
  expect(verify).toMatch(/all equal$/);
});
