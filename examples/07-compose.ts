/** Strategies compose: each sees all results and answers the asks that those before it handed on. The log records which one proposed a trial. */
import assert from 'node:assert/strict';
import { bandit, chain, fill, float, ga, mix, optimize, random, reject, type Strategy, sobol, space, take, trials } from 'hypertide';
import { lastValueFrom, toArray } from 'rxjs';

const plane = space({ x: float(-5, 5), y: float(-5, 5) });

const run = async (strategy: Strategy, parallel = 1) => {
  const objective = async ({ x, y }: { x: number; y: number }) => {
    await new Promise(setImmediate);
    return (x - 1) ** 2 + (y - 2) ** 2;
  };
  const study = optimize(plane, objective, { strategy, trials: 60, parallel });
  return lastValueFrom(study.pipe(trials(), toArray()));
};
/** How many trials each strategy proposed. */
const shares = (rows: readonly { by: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { by } of rows) counts[by] = (counts[by] ?? 0) + 1;
  return counts;
};

// One after the other: the first 12 points cover the space evenly, then evolution starts from them.
const chained = shares(await run(chain(take(12, sobol()), ga())));
console.log('chain, take:', chained);
assert.deepEqual(chained, { 'take/sobol': 12, ga: 48 });

// In a fixed proportion: three of four trials by one, one by the other.
const mixed = shares(await run(mix({ near: [ga(), 3], far: [random(), 1] })));
console.log('mix:', mixed);
assert.ok(mixed['mix/near/ga']! > mixed['mix/far/random']!);

// The strategy with better results is asked more often.
const learned = shares(await run(bandit({ evolve: ga(), guess: random() })));
console.log('bandit:', learned);
assert.ok(learned['bandit/evolve/ga']! > learned['bandit/guess/random']!);

// Evolution by generations waits for the end of each generation; random search keeps the trainers busy meanwhile.
const filled = shares(await run(chain(ga({ mode: 'generational', population: 10 }), fill(random())), 4));
console.log('fill:', filled);
assert.ok(filled['fill/random']! > 0 && filled.ga! > filled['fill/random']!);

// A strategy within narrower bounds than the space. Points are in the unit cube: x is 0 at 0.5.
const rejected = await run(reject(([x]) => x! < 0.5, sobol()));
console.log('reject:', shares(rejected));
assert.ok(rejected.every(({ params }) => params.x >= 0));
