/**
 * The learning rate and the L2 penalty of a network for digits, by gradient descent without gradients: differences between trainings around a point
 * estimate the slope. They have the same seed in their tags and start from the same weights, so most of the training noise cancels out.
 */
import assert from 'node:assert/strict';
import { float, type Infer, optimize, sgd, space, trials } from 'hypertide';
import { lastValueFrom, toArray } from 'rxjs';
import { loadDigits, split } from './digits/data.ts';
import { createNetwork } from './digits/network.ts';

const networks = space({ learningRate: float(1e-4, 1, { log: true }), l2: float(1e-6, 1e-1, { log: true }) });
type Network = Infer<typeof networks>;
const data = split(loadDigits());

const train = ({ learningRate, l2 }: Network, seed = 'network') => {
  const network = createNetwork({ units: 16, activation: 'tanh', learningRate, l2, seed }, data);
  for (let epoch = 1; epoch <= 4; epoch++) network.trainEpoch();
  return network.validate().loss;
};

const study = optimize<Network>(networks, (params, { tags }) => train(params, tags?.seed), {
  strategy: sgd({ gradient: 'differences' }),
  trials: 60,
  seed: 1,
});
const [rows, { best }] = await Promise.all([lastValueFrom(study.pipe(trials(), toArray())), study.result()]);

const lossOf = (row: (typeof rows)[number]) => row.values!.value!;
const mean = (some: readonly (typeof rows)[number][]) => some.reduce((sum, row) => sum + lossOf(row), 0) / some.length;
const [early, late] = [mean(rows.slice(0, 10)), mean(rows.slice(-10))];
console.log(`mean validation loss of the first ten networks: ${early.toFixed(3)}, of the last ten: ${late.toFixed(3)}`);
console.log(`the best: ${lossOf(best!).toFixed(3)} with`, best!.params);
assert.ok(late < early / 2);
