import { expect, it } from 'vitest';
import { type FitTask, fitInTurn } from '../../../src/numeric/gp/fit.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { fitInWorker } from '../../../streams/engine/fitWorker.ts';

function task(size: number): FitTask {
  const rng = rngFor('fitting', 'test', size);
  const points = Float64Array.from({ length: 2 * size }, rng);
  const targets = Float64Array.from({ length: size }, (_, i) => Math.sin(6 * points[2 * i]!) + points[2 * i + 1]!);
  const features = { width: 2, ordered: 2 };
  return {
    warm: [],
    samples: 2,
    seed: 'test',
    bending: size === 20,
    steps: [8, size].map((n) => ({ features, size: n, points, targets: targets.slice(0, n) })),
  };
}

it('fits elsewhere what it fits here, to the bit, and leaves the event loop free', async () => {
  const tasks = [task(20), task(150)];
  let turns = 0;
  const clock = setInterval(() => turns++, 1);
  const results = await Promise.all([fitInWorker(tasks), fitInWorker([task(10)]), fitInWorker([])]);
  clearInterval(clock);
  expect(results).toEqual([tasks.map(fitInTurn), [fitInTurn(task(10))], []]);
  expect(turns).toBeGreaterThan(0);
});
