import { median } from '../../../src/numeric/averages.ts';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import { draw } from '../../../src/space/axis.ts';
import { boolean, choice, float, int, space, when } from '../../../streams/index.ts';
import { type Problem, problem } from './problem.ts';
import { box, onVector, problems, sum } from './problems.ts';
import { trees } from './trees.ts';

const named = (name: string): Problem => problems.find((one) => one.name === name)!;
const logOf = Math.log10;

/** A problem whose values are rounded down to one of a few levels: about four below the median of random points. */
function rounded(of: Problem): Problem {
  const rng = rngFor('levels', of.name, 0);
  const { optimum } = of;
  const step = (median(Array.from({ length: 200 }, () => of.loss(of.space.decode(draw(of.space.axes, rng))))) - optimum) / 4;
  return {
    ...of,
    kind: 'rounded',
    name: `rounded-${of.name}`,
    loss: (params) => optimum + Math.floor((of.loss(params) - optimum) / step) * step,
  };
}

/** Ackley's function: nearly level everywhere but near its optimum at 1. */
const ackley = (x: readonly number[]): number =>
  20 +
  Math.E -
  20 * Math.exp(-0.2 * Math.sqrt(sum(x, (xi) => (xi - 1) ** 2) / x.length)) -
  Math.exp(sum(x, (xi) => Math.cos(2 * Math.PI * (xi - 1))) / x.length);
const ackley5 = problem('synthetic', 'ackley5', box(5, -20, 30), onVector(ackley), { optimum: 0 });

/** Two choices, one below the other, and shared parameters: lowest with a deep network of attention, 4 heads, and a rate of 10^-3.5. */
const nested = space({
  rate: float(1e-5, 1e-1, { log: true }),
  family: choice(['linear', 'network']),
  penalty: when('family', 'linear', float(1e-6, 1, { log: true })),
  layer: when('family', 'network', choice(['dense', 'convolution', 'attention'])),
  depth: when('family', 'network', int(1, 12)),
  width: when('layer', 'dense', int(8, 1024, { log: true })),
  kernel: when('layer', 'convolution', int(1, 9, { step: 2 })),
  heads: when('layer', 'attention', int(1, 16, { log: true })),
});
const nestedLoss = ({ rate, penalty, layer, depth, width, kernel, heads }: ReturnType<typeof nested.decode>): number => {
  const slow = 0.15 * (logOf(rate) + 3.5) ** 2;
  if (penalty !== undefined) return 0.35 + slow / 2 + 0.02 * (logOf(penalty) + 3) ** 2;
  const deep = 0.01 * (depth! - 9) ** 2;
  if (layer === 'dense') return 0.25 + slow + deep + 0.05 * Math.abs(Math.log2(width! / 256));
  if (layer === 'convolution') return 0.15 + slow + deep + 0.03 * (kernel! - 3) ** 2;
  return slow + deep + 0.1 * Math.log2(heads! / 4) ** 2 + 0.2 * Math.abs(logOf(rate) + 3.5) * Math.abs(depth! - 9) * 0.2;
};

/** Shaped like boosted trees: half of the parameters belong to some boosters only, and the best booster must be tuned before it shows. */
const boosters = space({
  booster: choice(['linear', 'tree', 'dropped']),
  rounds: int(7, 3000, { log: true }),
  lambda: float(1e-3, 1e3, { log: true }),
  alpha: float(1e-3, 1e3, { log: true }),
  rows: float(0.1, 1),
  eta: when('booster', ['tree', 'dropped'], float(1e-3, 1, { log: true })),
  depth: when('booster', ['tree', 'dropped'], int(1, 15)),
  columns: when('booster', ['tree', 'dropped'], float(0.01, 1)),
  rate: when('booster', 'dropped', float(0, 1)),
  skip: when('booster', 'dropped', float(0, 1)),
});
const boosted = (p: ReturnType<typeof boosters.decode>): number => {
  const shared = 0.01 * (logOf(p.lambda) - 0.5) ** 2 + 0.015 * (logOf(p.alpha) + 1.5) ** 2;
  if (p.booster === 'linear') return 0.22 + shared + 0.01 * (logOf(p.rounds) - 2) ** 2;
  const grown =
    shared +
    0.1 * (logOf(p.eta!) + logOf(p.rounds) - 1.5) ** 2 +
    0.002 * (p.depth! - 8) ** 2 +
    0.1 * (p.rows - 0.8) ** 2 +
    0.1 * (p.columns! - 0.6) ** 2;
  return p.booster === 'tree' ? 0.06 + grown : grown + 0.8 * p.rate! ** 2 + 0.3 * (p.skip! - 0.5) ** 2;
};

/** Models with parameters of their own, of which the best has most; the others differ plainly from it. */
const pipelines = space({
  scale: choice(['none', 'unit', 'normal']),
  model: choice(['neighbours', 'kernel', 'network']),
  k: when('model', 'neighbours', int(1, 50)),
  c: when('model', 'kernel', float(1e-3, 1e3, { log: true })),
  gamma: when('model', 'kernel', float(1e-4, 1e1, { log: true })),
  rate: when('model', 'network', float(1e-5, 1, { log: true })),
  units: when('model', 'network', int(4, 512, { log: true })),
  decay: when('model', 'network', float(1e-7, 1e-1, { log: true })),
});
const piped = ({ scale, model, k, c, gamma, rate, units, decay }: ReturnType<typeof pipelines.decode>): number => {
  const unscaled = { none: 0.1, unit: 0.03, normal: 0 }[scale];
  if (model === 'neighbours') return 0.3 + 2 * unscaled + 0.003 * Math.abs(k! - 5);
  if (model === 'kernel') return 0.2 + unscaled + 0.03 * (logOf(c!) - 1) ** 2 + 0.04 * (logOf(gamma!) + 1) ** 2;
  return 0.05 + unscaled + 0.08 * (logOf(rate!) + 2.5) ** 2 + 0.01 * (Math.log2(units!) - 6) ** 2 + 0.01 * (logOf(decay!) + 4) ** 2;
};

/** Gradient descent with momentum on a ridge regression of six features; where it diverges, the error has up to 230 digits. */
function descent(seed: number, features: readonly number[]): Problem {
  const rng = rngFor('ridge', `${seed}`, 0);
  const truth = features.map(() => drawNormal(rng));
  const rows = Array.from({ length: 60 }, () => {
    const x = features.map((scale) => scale * drawNormal(rng));
    return { x, y: sum(x, (xi, i) => xi * truth[i]!) + 0.3 * drawNormal(rng) };
  });
  const [train, test] = [rows.slice(0, 40), rows.slice(40)];
  const missed = (w: readonly number[], { x, y }: (typeof rows)[number]): number => sum(x, (xi, i) => xi * w[i]!) - y;
  const curvature = features.map((_, i) => features.map((_, j) => sum(train, ({ x }) => x[i]! * x[j]!) / train.length));
  const slope = features.map((_, i) => sum(train, ({ x, y }) => x[i]! * y) / train.length);
  const over = space({ rate: float(1e-4, 10, { log: true }), momentum: float(0, 0.99), l2: float(1e-6, 10, { log: true }) });
  const loss = ({ rate, momentum, l2 }: ReturnType<typeof over.decode>): number => {
    let w = features.map(() => 0);
    let velocity = w;
    for (let step = 0; step < 100; step++) {
      const from = w;
      velocity = velocity.map((v, i) => momentum * v - rate * (sum(from, (wj, j) => curvature[i]![j]! * wj) - slope[i]! + l2 * from[i]!));
      w = w.map((wi, i) => wi + velocity[i]!);
      if (!w.every((wi) => Math.abs(wi) < 1e120)) return 1e230;
    }
    return sum(test, (row) => missed(w, row) ** 2) / test.length;
  };
  return problem('diverging', `descent${seed}`, over, loss, { optimum: 0 });
}

/** Four branches of two numbers each. Three are bowls that lead to a mediocre result; the last is bad but for a narrow well, with the optimum 0. */
const wells = space({
  branch: choice(['a', 'b', 'c', 'd']),
  ...Object.fromEntries(['a', 'b', 'c', 'd'].flatMap((at) => [1, 2].map((i) => [`${at}${i}`, when('branch', at, float(0, 1))] as const))),
});
const inWell = (params: object): number => {
  const { branch, ...rest } = params as Record<string, number> & { branch: unknown };
  const [x, y] = Object.values(rest) as [number, number];
  if (branch === 'd') return 0.6 * (1 - Math.exp(-((x - 0.3) ** 2 + (y - 0.7) ** 2) / 0.03));
  const floor = { a: 0.2, b: 0.25, c: 0.3 }[branch as 'a'];
  return floor + 0.5 * ((x - 0.6) ** 2 + (y - 0.4) ** 2);
};

/** One of eight levels is worth its search: its optimum is lower, but on average it is the worst. */
const levels = space({
  level: choice(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']),
  rate: float(1e-6, 1, { log: true }),
  share: float(0, 1),
});
const onLevel = ({ level, rate, share }: ReturnType<typeof levels.decode>): number =>
  level === 'f'
    ? 0.4 * Math.abs(logOf(rate) + 4) + 0.5 * Math.abs(share - 0.2)
    : 0.25 + 0.02 * 'abcdegh'.indexOf(level) + 0.05 * (logOf(rate) + 2.5) ** 2 + 0.1 * (share - 0.5) ** 2;

/** Two choices that are good only together: each of the two levels is bad with any other. */
const pairs = space({
  optimizer: choice(['a', 'b', 'c', 'd']),
  schedule: choice(['a', 'b', 'c', 'd']),
  x: float(0, 1),
  momentum: when('optimizer', 'd', float(0, 1)),
});
const paired = ({ optimizer, schedule, x, momentum }: ReturnType<typeof pairs.decode>): number => {
  if (optimizer === 'd' && schedule === 'd') return 0.3 * Math.abs(x - 0.8) + 0.3 * Math.abs(momentum! - 0.9);
  const bad = optimizer === 'd' || schedule === 'd' ? 0.5 : 0.2;
  return bad + 0.02 * 'abcd'.indexOf(optimizer) + 0.03 * 'abcd'.indexOf(schedule) + 0.2 * (x - 0.3) ** 2;
};

/** A problem some of whose trials fail. */
const failing = (of: Problem, fails: (params: Record<string, unknown>) => boolean): Problem => ({
  ...of,
  kind: 'failing',
  name: `failing-${of.name}`,
  loss: (params) => (fails(params as Record<string, unknown>) ? Number.NaN : of.loss(params)),
});

/** Lowest at (-pi, 12.275), (pi, 2.275) and (9.42478, 2.475). */
const branin = (x: number, y: number): number =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
const BRANIN = 0.39788735772973816;
const unitBranin = (x: number, y: number): number => branin(15 * x - 5, 15 * y);
/** Parameters of every type, of which one choice and one number matter. */
const options = space({
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`on${i}`, boolean()])),
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`n${i}`, int(1, 100)])),
  kind: choice(['a', 'b', 'c', 'd', 'e']),
  rate: float(1e-6, 1, { log: true }),
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, float(0, 1)])),
});
const optionsLoss = (params: object): number => {
  const { kind, rate } = params as { kind: string; rate: number };
  return 0.1 * 'cebad'.indexOf(kind) + 0.1 * (logOf(rate) + 2 + 0.3 * 'cebad'.indexOf(kind)) ** 2;
};

/** Situations in which a model can mislead a strategy, so that random search would do better. */
const hazards: readonly Problem[] = [
  ...['hartmann6', 'styblinski-tang5', 'griewank8', 'valley3', 'training'].map((name) => rounded(named(name))),
  rounded(ackley5),
  problem('conditional', 'nested', nested, nestedLoss, { optimum: 0 }),
  problem('conditional', 'boosters', boosters, boosted, { optimum: 0 }),
  problem('conditional', 'pipelines', pipelines, piped, { optimum: 0.05 }),
  descent(1, [3, 2, 1, 0.5, 0.3, 0.1]),
  descent(2, [1, 1, 1, 1, 0.1, 0.01]),
  descent(3, [10, 1, 0.1]),
  descent(4, [4, 4, 1, 1, 0.2, 0.2, 0.05, 0.05]),
  problem('needle', 'wells', wells, inWell, { optimum: 0 }),
  problem('needle', 'levels', levels, onLevel, { optimum: 0 }),
  problem('needle', 'pairs', pairs, paired, { optimum: 0 }),
  // Three in ten fail: where two coordinates are large, where the network is too large for a memory, and anywhere.
  failing(named('hartmann6'), ({ x0, x1 }) => (x0 as number) + (x1 as number) > 2 - Math.sqrt(0.6)),
  failing(named('training'), ({ layers, width }) => (layers as number) * (width as number) > 800),
  failing(named('valley3'), (params) => rngFor('fails', JSON.stringify(params), 0)() < 0.3),
  problem(
    'sparse',
    'branin2of20',
    box(20, 0, 1),
    onVector((x) => unitBranin(x[4]!, x[13]!)),
    { optimum: BRANIN },
  ),
  problem(
    'sparse',
    'ridge2of20',
    box(20, -1, 1),
    onVector((x) => Math.abs(x[7]! - x[16]! + 0.3) + 0.2 * (x[7]! - 0.2) ** 2),
    { optimum: 0 },
  ),
  problem('sparse', 'options2of20', options, optionsLoss, { optimum: 0 }),
  ...trees,
  problem('equal', 'equal4', box(4, 0, 1), () => 1, { optimum: 1 }),
  problem('equal', 'equal-training', named('training').space, () => 1, { optimum: 1 }),
];

/** The problems of the gate. Noise is left out: how good the best of n random points is, is known exactly only without it. */
export const gated: readonly Problem[] = [...problems.filter(({ kind }) => kind !== 'noisy'), ...hazards];
