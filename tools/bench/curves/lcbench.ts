import { readFileSync } from 'node:fs';
import { float, int, space } from '../../../streams/index.ts';
import type { CurveProblem } from './problem.ts';
import { surrogateOf } from './surrogate.ts';

/** Tasks of OpenML by their index in the surrogate's embedding (`lcbench/encoding.json` of YAHPO's data). */
const TASKS = { 126025: 1, 126029: 3, 167083: 5, 167104: 6, 167152: 8, 167161: 9, 167181: 11, 167185: 13 } as const;
const EPOCHS = 52;

/** As `lcbench/config_space.json` of YAHPO's data defines it. */
const funnels = space({
  batch_size: int(16, 512, { log: true }),
  learning_rate: float(1e-4, 0.1, { log: true }),
  momentum: float(0.1, 0.99),
  weight_decay: float(1e-5, 0.1),
  num_layers: int(1, 5),
  max_units: int(64, 1024, { log: true }),
  max_dropout: float(0, 1),
});
export type Funnel = ReturnType<typeof funnels.decode>;

/** The output is the validation accuracy. */
const accuracy = surrogateOf(readFileSync(new URL('data/lcbench.onnx', import.meta.url)), [24], 1);

/** Inputs in the surrogate's units, scaled as its graph scales them before the first layer. */
const inputs = (epoch: number, p: Funnel): number[] => [
  Math.log(epoch) / 3.9512436,
  (p.batch_size - 16) / 495,
  (Math.log(p.learning_rate) + 9.2093115) / 6.896975,
  (p.momentum - 0.10000386) / 0.88225144,
  (Math.log(p.weight_decay) + 9.916456) / 7.613846,
  (p.num_layers - 1) / 3,
  (p.max_units - 64) / 960,
  (p.max_dropout - 0.00053575) / 0.99941206,
];

/**
 * The surrogate's validation error (0 to 1) of a network after an epoch. YAHPO Gym fitted it to LCBench's recorded trainings.
 *
 * @param task its index in the embedding.
 */
function errorAfter(epoch: number, task: number, network: Funnel): number {
  const percent = Math.exp(32.23385 * accuracy([task], inputs(epoch, network)) - 27.631021); // it was trained on logarithms, scaled to 0 to 1
  return 1 - percent / 100;
}

export const lcbench: readonly CurveProblem[] = Object.entries(TASKS).map(([id, task]) => ({
  name: `lcbench-${id}`,
  family: 'lcbench',
  space: funnels as CurveProblem['space'],
  workload: { steps: EPOCHS, curve: (network) => ({ value: (epoch) => errorAfter(epoch, task, network as Funnel) }) },
}));
