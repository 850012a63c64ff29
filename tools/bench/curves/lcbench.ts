import { readFileSync } from 'node:fs';
import { float, int, space } from '../../../streams/index.ts';
import { weightsOf } from './onnx.ts';
import type { CurveProblem } from './problem.ts';

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

const WIDTH = 128;
const HIDDEN = 455;
const EMBEDDING = 24;
const BLOCKS = [0, 1, 2] as const;
/** The row of the network's output that holds the validation accuracy. */
const ACCURACY = 1;

interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}
/** Batch normalisation at inference: x a + b. */
interface Norm {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

const weights = weightsOf(readFileSync(new URL('data/lcbench.onnx', import.meta.url)));

function weight(name: string): Float32Array {
  const found = weights.get(name);
  if (!found) throw new Error(`lcbench.onnx: expected a tensor ${name}, got ${[...weights.keys()].join(', ')}`);
  return found;
}

const layer = (name: string): Layer => ({ weight: weight(`${name}.weight`), bias: weight(`${name}.bias`) });

function norm(name: string): Norm {
  const variance = weight(`${name}.running_var`);
  const mean = weight(`${name}.running_mean`);
  const a = Float64Array.from(weight(`${name}.weight`), (scale, i) => scale / Math.sqrt(variance[i]! + 1e-5));
  return { a, b: Float64Array.from(weight(`${name}.bias`), (shift, i) => shift - mean[i]! * a[i]!) };
}

const embedding = weight('embds_fct.0.weight');
const first = layer('first_layer');
const blocks = BLOCKS.map((i) => ({
  norm: norm(`layers.${i}.norm`),
  up: layer(`layers.${i}.linear0`),
  down: layer(`layers.${i}.linear1`),
}));
const last = norm('last_normalization');
const head: Layer = {
  weight: weight('head.weight').subarray(ACCURACY * WIDTH, (ACCURACY + 1) * WIDTH),
  bias: weight('head.bias').subarray(ACCURACY, ACCURACY + 1),
};

/** Four sums at a time, since most of a study's time is spent here. */
function linear({ weight, bias }: Layer, x: Float64Array): Float64Array {
  const out = new Float64Array(bias.length);
  for (let row = 0, at = 0; row < out.length; row++) {
    let a = bias[row]!;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i + 3 < x.length; i += 4, at += 4) {
      a += weight[at]! * x[i]!;
      b += weight[at + 1]! * x[i + 1]!;
      c += weight[at + 2]! * x[i + 2]!;
      d += weight[at + 3]! * x[i + 3]!;
    }
    for (; i < x.length; i++, at++) a += weight[at]! * x[i]!;
    out[row] = a + b + c + d;
  }
  return out;
}

const normalised = ({ a, b }: Norm, x: Float64Array): Float64Array => x.map((xi, i) => xi * a[i]! + b[i]!);

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
 * The surrogate's validation error (0 to 1) of a network after an epoch: a residual network of three gated blocks (Gorishniy et al., NeurIPS
 * 2021) that YAHPO Gym fitted to LCBench's recorded trainings.
 *
 * @param task its index in the embedding.
 */
function errorAfter(epoch: number, task: number, network: Funnel): number {
  const from = task * EMBEDDING;
  let x = linear(first, Float64Array.from([...embedding.subarray(from, from + EMBEDDING), ...inputs(epoch, network)]));
  for (const { norm, up, down } of blocks) {
    const z = linear(up, normalised(norm, x));
    const gated = z.subarray(0, HIDDEN).map((zi, i) => zi * Math.max(0, z[HIDDEN + i]!));
    const change = linear(down, gated);
    x = x.map((xi, i) => xi + change[i]!);
  }
  const [logit] = linear(
    head,
    normalised(last, x).map((xi) => Math.max(0, xi)),
  );
  const percent = Math.exp(32.23385 / (1 + Math.exp(-logit!)) - 27.631021); // it was trained on logarithms, scaled to 0 to 1
  return 1 - percent / 100;
}

export const lcbench: readonly CurveProblem[] = Object.entries(TASKS).map(([id, task]) => ({
  name: `lcbench-${id}`,
  family: 'lcbench',
  space: funnels as CurveProblem['space'],
  workload: { steps: EPOCHS, curve: (network) => ({ value: (epoch) => errorAfter(epoch, task, network as Funnel) }) },
}));
