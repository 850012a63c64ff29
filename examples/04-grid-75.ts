/**
 * A finite space: 25 numbers of hidden units and 3 activations are 75 configurations. A grid tries each of them once, and the study then
 * closes as exhausted. Random search with a limit of 110 does not repeat one either.
 */
import assert from 'node:assert/strict';
import { choice, grid, int, optimize, random, type Strategy, space, trials } from 'hypertide';
import { lastValueFrom, toArray } from 'rxjs';

const networks = space({ units: int(16, 64, { step: 2 }), activation: choice(['relu', 'tanh', 'sigmoid']) });
assert.equal(networks.size, 75);

const search = async (strategy: Strategy, limit?: number) => {
  const study = optimize(networks, ({ units, activation }) => Math.abs(units - 40) + (activation === 'tanh' ? 0 : 5), {
    strategy,
    trials: limit,
  });
  const [rows, { best, reason }] = await Promise.all([lastValueFrom(study.pipe(trials(), toArray())), study.result()]);
  return { tried: rows.length, distinct: new Set(rows.map(({ params }) => JSON.stringify(params))).size, reason, best: best?.params };
};

for (const found of [await search(grid()), await search(random(), 110)]) {
  console.log(found);
  assert.deepEqual(found, { tried: 75, distinct: 75, reason: 'exhausted', best: { units: 40, activation: 'tanh' } });
}
