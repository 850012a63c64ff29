import { rngFor } from '../../../src/numeric/random.ts';
import { boolean, choice, float, int, type Space, space, when } from '../../../streams/index.ts';
import { type Problem, problem } from './problem.ts';
import { tuned } from './tables.ts';

/** Floats of one range. */
export const box = (dimension: number, low: number, high: number): Space<Record<string, number>> =>
  space(Object.fromEntries(Array.from({ length: dimension }, (_, i) => [`x${i}`, float(low, high)])));
export const onVector =
  (f: (x: readonly number[]) => number) =>
  (params: Record<string, number>): number =>
    f(Object.values(params));
export const sum = <T>(x: readonly T[], f: (x: T, i: number) => number): number => x.reduce((total, xi, i) => total + f(xi, i), 0);
const logOf = (x: number): number => Math.log10(x);

const HARTMANN = {
  alpha: [1, 1.2, 3, 3.2],
  a: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  p: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
};
const hartmann = (x: readonly number[]): number =>
  -sum(HARTMANN.alpha, (alpha, i) => alpha * Math.exp(-sum(x, (xj, j) => HARTMANN.a[i]![j]! * (xj - HARTMANN.p[i]![j]!) ** 2)));
/** Lowest at -2.903534 in every coordinate. */
const styblinskiTang = (x: readonly number[]): number => sum(x, (xi) => xi ** 4 - 16 * xi ** 2 + 5 * xi) / 2;
const STYBLINSKI_TANG = -39.16616570377142;
/** Lowest at (1, 2, 3, ...). */
const griewank = (x: readonly number[]): number =>
  sum(x, (xi, i) => (xi - i - 1) ** 2) / 4000 + 1 - x.reduce((product, xi, i) => product * Math.cos((xi - i - 1) / Math.sqrt(i + 1)), 1);

const rates = space({ rate: float(1e-6, 1, { log: true }), decay: float(1e-8, 1e-1, { log: true }), momentum: float(0, 1) });
/** A bent valley, as between learning rate and momentum. Lowest at a rate of 1e-2, a decay of 1e-5 and a momentum of 0.8. */
const valley = ({ rate, decay, momentum }: { rate: number; decay: number; momentum: number }): number =>
  (logOf(rate) + 2 + 5 * (momentum - 0.8)) ** 2 + (momentum - 0.8) ** 2 + 0.05 * (logOf(decay) + 5) ** 2 * (1 + (logOf(rate) + 2) ** 2);

const networks = space({
  rate: float(1e-5, 1, { log: true }),
  layers: int(1, 8),
  width: int(16, 512, { log: true }),
  activation: choice(['relu', 'tanh', 'gelu', 'sigmoid']),
  optimizer: choice(['adam', 'sgd', 'rmsprop']),
  momentum: when('optimizer', 'sgd', float(0, 1)),
  dropout: float(0, 0.8),
});
type Network = ReturnType<typeof networks.decode>;
const ACTIVATION = { relu: 0, gelu: 0.05, tanh: 0.2, sigmoid: 0.6 };
const BEST_RATE = { adam: -3, sgd: -1.5, rmsprop: -3.4 };
/** Lowest with sgd, a rate of 10^-1.5, a momentum of 0.9, 5 layers of 128 relu units, and a dropout of 0.2. */
const training = ({ rate, layers, width, activation, optimizer, momentum = 0.5, dropout }: Network): number =>
  0.3 * (logOf(rate) - BEST_RATE[optimizer]) ** 2 +
  0.04 * (layers - 5) ** 2 * (activation === 'sigmoid' ? 2 : 1) +
  0.2 * Math.log2(width / 128) ** 2 * (1 + Math.abs(dropout - 0.2)) +
  ACTIVATION[activation] +
  (optimizer === 'sgd' ? (momentum - 0.9) ** 2 : 0.1) +
  2 * (dropout - 0.2) ** 2;

const models = space({
  model: choice(['trees', 'kernel', 'neighbours', 'linear']),
  depth: when('model', 'trees', int(1, 24)),
  trees: when('model', 'trees', int(10, 1000, { log: true })),
  c: when('model', 'kernel', float(1e-3, 1e3, { log: true })),
  gamma: when('model', 'kernel', float(1e-5, 1e1, { log: true })),
  k: when('model', 'neighbours', int(1, 50)),
  penalty: when('model', 'linear', float(1e-6, 1e2, { log: true })),
});
/** The best model is the one with the narrowest valley. Lowest with a kernel, c 10 and gamma 0.01. */
const selection = (m: ReturnType<typeof models.decode>): number => {
  if (m.model === 'trees') return 0.08 + 0.002 * (m.depth! - 14) ** 2 + 0.05 * (3 - logOf(m.trees!));
  if (m.model === 'neighbours') return 0.15 + 0.1 * Math.abs(Math.log(m.k! / 7));
  if (m.model === 'linear') return 0.2 + 0.02 * (logOf(m.penalty!) + 2) ** 2;
  return 0.5 * (1 - Math.exp(-0.6 * (logOf(m.gamma!) + 2 + 0.4 * (logOf(m.c!) - 1)) ** 2 - 0.1 * (logOf(m.c!) - 1) ** 2));
};

const switches = space({
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`on${i}`, boolean()])),
  ...Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x${i}`, float(0, 1)])),
});
/** Neighbouring switches interact. Lowest with every other switch on, and each number at the optimum that its switch sets. */
const switched = (params: object): number => {
  const values = Object.values(params);
  const on = values.slice(0, 6).map(Number);
  const x = values.slice(6) as number[];
  return (
    0.3 * sum(on.slice(1), (next, i) => Number(next === on[i])) + 0.2 * (1 - on[0]!) + sum(x, (xi, i) => (xi - 0.2 - 0.5 * on[i]!) ** 2 * 2)
  );
};

const cells = space({
  depth: int(1, 8),
  leaf: int(1, 15, { step: 2 }),
  criterion: choice(['gini', 'entropy', 'logistic']),
  features: float(0.1, 1, { step: 0.1 }),
});
/** The error of each of 1920 configurations on 300 validation examples: a smooth part, a random part, and many ties. */
const measured = (params: ReturnType<typeof cells.decode>): number => {
  const { depth, leaf, criterion, features } = params;
  const smooth =
    0.03 + 0.004 * (depth - 6) ** 2 + 0.0006 * (leaf - 3) ** 2 + (criterion === 'gini' ? 0 : 0.02) + 0.15 * (features - 0.4) ** 2;
  return Math.round(300 * (smooth + 0.02 * rngFor('measured', Object.values(params).join(), 0)())) / 300;
};
const leastOf = (f: typeof measured): number => {
  let least = Number.POSITIVE_INFINITY;
  for (let depth = 1; depth <= 8; depth++)
    for (let leaf = 1; leaf <= 15; leaf += 2)
      for (const criterion of ['gini', 'entropy', 'logistic'] as const)
        for (let tenths = 1; tenths <= 10; tenths++)
          least = Math.min(least, f(cells.decode(cells.encode({ depth, leaf, criterion, features: tenths / 10 }))));
  return least;
};
/** 75 configurations. */
const textbook = space({ units: int(16, 64, { step: 2 }), activation: choice(['relu', 'tanh', 'sigmoid']) });

/** Problems of every kind: functions whose numbers are in no published benchmark, so that no strategy is tuned to them, and models. */
export const problems: readonly Problem[] = [
  problem('synthetic', 'hartmann6', box(6, 0, 1), onVector(hartmann), { optimum: -3.322368011415515 }),
  problem('synthetic', 'styblinski-tang5', box(5, -5, 5), onVector(styblinskiTang), { optimum: 5 * STYBLINSKI_TANG }),
  problem('synthetic', 'griewank8', box(8, -60, 40), onVector(griewank), { optimum: 0 }),
  problem('synthetic', 'valley3', rates, valley, { optimum: 0 }),
  problem('mixed', 'training', networks, training, { optimum: 0 }),
  problem('mixed', 'selection', models, selection, { optimum: 0 }),
  problem('mixed', 'switches', switches, switched, { optimum: 0 }),
  problem('noisy', 'noisy-hartmann6', box(6, 0, 1), onVector(hartmann), { optimum: -3.322368011415515, noise: 0.3 }),
  problem('noisy', 'noisy-training', networks, training, { optimum: 0, noise: 0.2 }),
  problem('noisy', 'noisy-valley3', rates, valley, { optimum: 0, noise: 0.5 }),
  problem('table', 'measured', cells, measured, { optimum: leastOf(measured) }),
  problem('table', 'textbook', textbook, ({ units, activation }) => Math.abs(units - 44) / 60 + (activation === 'tanh' ? 0 : 0.2), {
    optimum: 0,
  }),
  ...tuned,
  problem('wide', 'styblinski-tang40', box(40, -5, 5), onVector(styblinskiTang), { optimum: 40 * STYBLINSKI_TANG }),
  problem(
    'wide',
    'few-of-100',
    box(100, 0, 1),
    onVector((x) => hartmann(x.slice(0, 6))),
    { optimum: -3.322368011415515 },
  ),
];
