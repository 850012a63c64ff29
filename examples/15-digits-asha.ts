/**
 * Real trainings on real data: a network that reads handwritten digits. The plain search trains each of 30 networks for 27 epochs. Successive
 * halving draws the same networks and more. It trains each for 3 epochs; only the best third resume, from their checkpoints, to 9 and then 27. It finds
 * the same network in a third of the epochs (with five of the seeds 1 to 6), where the limit `cost` ends the study.
 */
import assert from 'node:assert/strict';
import { asha, chain, choice, float, type Infer, int, optimize, random, type Strategy, space, type TrialRow, trials } from 'hypertide';
import { workers } from 'hypertide/workers';
import { lastValueFrom, toArray } from 'rxjs';
import { epochs as full } from './digits/network.ts';

const networks = space({
  units: int(16, 64, { step: 2 }),
  activation: choice(['relu', 'tanh', 'sigmoid']),
  learningRate: float(1e-4, 1, { log: true }),
  l2: float(1e-6, 1e-1, { log: true }),
});
type Network = Infer<typeof networks>;

const plainTrials = 30;
const train = workers<Network, 'loss'>(new URL('./digits/train.mjs', import.meta.url), { count: 2 });

/** Runs a search, and counts the epochs that it trained. */
async function search(strategy: Strategy, limits: { readonly trials?: number; readonly cost?: number }) {
  let epochs = 0;
  const study = optimize(networks, train, { strategy, objectives: { loss: 'minimize' }, resumes: true, seed: 2, ...limits });
  study.subscribe(({ effect }) => {
    if (effect === 'reported') epochs++;
  });
  const [rows, { best, reason }] = await Promise.all([lastValueFrom(study.pipe(trials(), toArray())), study.result()]);
  return { rows, best: best as TrialRow<Network>, reason, epochs };
}

const [plain, halving] = await Promise.all([
  search(random(), { trials: plainTrials }),
  search(chain(asha({ min: 3, max: full, pause: true }), random()), { cost: (plainTrials * full) / 3 }),
]);

for (const [name, { rows, best, reason, epochs }] of Object.entries({ plain, halving })) {
  const test = `${(100 * best.metrics!.test!).toFixed(2)} % of the test images wrong`;
  console.log(
    `${name}: ${rows.length} trials, ${epochs} epochs (closed by ${reason}), loss ${best.values!.loss!.toFixed(4)}, ${test}`,
    best.params,
  );
}

assert.equal(halving.reason, 'cost');
assert.ok(halving.epochs <= plain.epochs / 3 + full);
assert.equal(halving.best.budget, full);
assert.ok(halving.best.values!.loss! <= plain.best.values!.loss!);
