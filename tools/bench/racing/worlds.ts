import { Matrix, solve } from 'ml-matrix';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import { shuffle } from '../../../src/numeric/sequences/permutation.ts';
import type { Space } from '../../../src/space/space.ts';
import { choice, float, int, space } from '../../../streams/index.ts';

/** Something to tune that is scored on examples. Less is better. */
export interface World<P = never> {
  readonly space: Space<P>;
  /** How many examples there are. */
  readonly count: number;
  /** The loss of a configuration on an example. It is always the same. */
  score(params: P, place: number): number;
  /** An outcome constraint on an example, whose mean must be at most 0. */
  constraint?(params: P, place: number): number;
}

/** Worlds by name: each seed makes another one of its kind. */
export const worlds: Readonly<Record<string, (seed: number) => World>> = { answers, folds, tours, inTime };

const PROMPTS = Array.from({ length: 10 }, (_, k) => `p${k}`);
const ABILITY: Readonly<Record<string, number>> = { small: -0.6, medium: 0.1, large: 0.5, huge: 0.8 };
const KINDS = 6;

/** A language model answers 200 questions, right or wrong, by item response theory with two parameters: questions differ in difficulty and in how much they tell. */
function answers(seed: number): World {
  const rng = rngFor(`answers ${seed}`, 'world', 0);
  const items = Array.from({ length: 200 }, () => ({
    difficulty: 1.6 * drawNormal(rng),
    tells: Math.exp(0.3 + 0.4 * drawNormal(rng)),
    kind: Math.floor(KINDS * rng()),
  }));
  const prompts = new Map(
    PROMPTS.map((name) => [name, { good: 0.35 * drawNormal(rng), suits: Array.from({ length: KINDS }, () => 0.45 * drawNormal(rng)) }]),
  );
  const of = space({
    model: choice(['small', 'medium', 'large', 'huge']),
    prompt: choice(PROMPTS),
    shots: int(0, 8),
    temperature: float(0, 1.2),
  });
  const world: World<{ model: string; prompt: string; shots: number; temperature: number }> = {
    space: of,
    count: items.length,
    score(params, place) {
      const { model, prompt, shots, temperature } = params;
      const { difficulty, tells, kind } = items[place]!;
      const { good, suits } = prompts.get(prompt)!;
      const warm = 0.9 * Math.max(0, temperature - 0.5) ** 2;
      const skill = ABILITY[model]! + good + suits[kind]! + 0.35 * Math.log1p(shots) - 0.06 * Math.max(0, shots - 4) - warm;
      const right = 0.04 + 0.94 / (1 + Math.exp(-tells * (skill - difficulty) * (1 + 2 / (1 + 0.8 * temperature))));
      return rngFor(`${seed} ${JSON.stringify(params)}`, 'answer', place)() < right ? 0 : 1;
    },
  };
  return world as World;
}

/** The same answers, which may take 1.2 seconds on average: the largest models and many shots take longer, and some questions do, too. */
function inTime(seed: number): World {
  const world = answers(seed) as unknown as World<{ model: string; prompt: string; shots: number }>;
  const rng = rngFor(`inTime ${seed}`, 'world', 0);
  const lengths = Array.from({ length: world.count }, () => Math.exp(0.6 * drawNormal(rng) - 0.18));
  const thoughts = new Map(PROMPTS.map((name) => [name, Math.exp(0.4 * drawNormal(rng))]));
  const seconds: Readonly<Record<string, number>> = { small: 0.3, medium: 0.5, large: 0.9, huge: 1.6 };
  const limited: typeof world = {
    ...world,
    constraint({ model, prompt, shots }, place) {
      const luck = Math.exp(0.3 * drawNormal(rngFor(`${seed} ${model} ${prompt} ${shots}`, 'seconds', place)) - 0.045);
      return seconds[model]! * thoughts.get(prompt)! * lengths[place]! * luck * (1 + 0.08 * shots) - 1.2;
    },
  };
  return limited as unknown as World;
}

/** Kernel ridge regression of 100 noisy points, scored by 10 times 10 folds of cross-validation: a fold is an example. */
function folds(seed: number): World {
  const rng = rngFor(`folds ${seed}`, 'world', 0);
  const points = Array.from({ length: 100 }, () => {
    const x = [4 * rng() - 2, 4 * rng() - 2, 4 * rng() - 2];
    return { x, y: Math.sin(2 * x[0]!) + x[1]! ** 2 / 2 + 0.1 * x[2]! + 0.4 * drawNormal(rng) };
  });
  const orders = Array.from({ length: 10 }, () => shuffle(points.length, rng));
  const of = space({
    ridge: float(1e-6, 10, { log: true }),
    gamma: float(1e-3, 10, { log: true }),
    weight: float(0, 2),
  });
  const world: World<{ ridge: number; gamma: number; weight: number }> = {
    space: of,
    count: 100,
    score({ ridge, gamma, weight }, place) {
      const order = orders[Math.floor(place / 10)]!;
      const isTest = (i: number) => i % 10 === place % 10;
      const train = order.filter((_, i) => !isTest(i)).map((i) => points[i]!);
      const test = order.filter((_, i) => isTest(i)).map((i) => points[i]!);
      const kernel = (a: readonly number[], b: readonly number[]) =>
        Math.exp(-gamma * ((a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2 + weight * (a[2]! - b[2]!) ** 2));
      const matrix = train.map((a, i) => train.map((b, j) => kernel(a.x, b.x) + (i === j ? ridge : 0)));
      const solved = solve(new Matrix(matrix), Matrix.columnVector(train.map(({ y }) => y))).to1DArray();
      const errors = test.map(({ x, y }) => (y - train.reduce((sum, t, i) => sum + solved[i]! * kernel(x, t.x), 0)) ** 2);
      return errors.reduce((a, b) => a + b, 0) / errors.length;
    },
  };
  return world as World;
}

/** Simulated annealing of tours through 15 to 40 cities: an instance is an example, and the loss is the length relative to that of a greedy tour. */
function tours(seed: number): World {
  const rng = rngFor(`tours ${seed}`, 'world', 0);
  const instances = Array.from({ length: 60 }, () => {
    const cities = Array.from({ length: 15 + Math.floor(26 * rng()) }, () => [rng(), rng()] as const);
    const distance = (a: number, b: number) => Math.hypot(cities[a]![0] - cities[b]![0], cities[a]![1] - cities[b]![1]);
    const greedy = [0];
    const left = new Set(cities.keys());
    left.delete(0);
    while (left.size > 0) {
      const next = [...left].reduce((a, b) => (distance(greedy.at(-1)!, a) < distance(greedy.at(-1)!, b) ? a : b));
      greedy.push(next);
      left.delete(next);
    }
    return { cities, distance, greedy, length: lengthOf(greedy, distance) };
  });
  const of = space({
    warmth: float(1e-4, 1, { log: true }),
    cooling: float(0.9, 0.9999),
    turns: float(0, 1),
    start: choice(['greedy', 'given']),
  });
  const world: World<{ warmth: number; cooling: number; turns: number; start: string }> = {
    space: of,
    count: instances.length,
    score({ warmth, cooling, turns, start }, place) {
      const { cities, distance, greedy, length } = instances[place]!;
      const luck = rngFor(`${seed} ${warmth} ${cooling} ${turns} ${start}`, 'anneal', place);
      const tour = start === 'greedy' ? [...greedy] : [...cities.keys()];
      let now = lengthOf(tour, distance);
      let best = now;
      for (let step = 0, heat = warmth; step < 1500; step++, heat *= cooling) {
        const [i, j] = [Math.floor(luck() * tour.length), Math.floor(luck() * tour.length)].sort((a, b) => a - b) as [number, number];
        const next = luck() < turns ? turned(tour, i, j) : swapped(tour, i, j);
        const there = lengthOf(next, distance);
        if (there > now && luck() >= Math.exp((now - there) / heat)) continue;
        tour.splice(0, tour.length, ...next);
        now = there;
        best = Math.min(best, now);
      }
      return best / length;
    },
  };
  return world as World;
}

const turned = (tour: readonly number[], i: number, j: number): number[] => [
  ...tour.slice(0, i),
  ...tour.slice(i, j + 1).reverse(),
  ...tour.slice(j + 1),
];

function swapped(tour: readonly number[], i: number, j: number): number[] {
  const next = [...tour];
  [next[i], next[j]] = [next[j]!, next[i]!];
  return next;
}

const lengthOf = (tour: readonly number[], distance: (a: number, b: number) => number): number =>
  tour.reduce((sum, city, i) => sum + distance(city, tour[(i + 1) % tour.length]!), 0);
