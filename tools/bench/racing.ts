// npx tsx tools/bench racing [--worlds answers,folds,tours,inTime] [--strategies random,bo] [--policies race,stops,median] [--seeds 10] [--full 25] [--trials 40] [--trainers 1]:
// how many results of examples a study needs. Each policy is compared with the evaluation of each trial on all examples, by the same strategy. Regret is the distance
// of the recommended configuration to the best one known, over that of the median of random ones; all are measured on all examples. With --trials, a limit
// of trials ends the studies, not their cost.
import { parseArgs } from 'node:util';
import { rngFor } from '../../src/numeric/random.ts';
import { draw } from '../../src/space/axis.ts';
import { simulate } from '../../src/testing/simulate.ts';
import { parseStrategy } from '../../streams/index.ts';
import { type World, worlds } from './racing/worlds.ts';

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: Object.keys(worlds).join() },
    strategies: { type: 'string', default: 'random' },
    policies: { type: 'string', default: 'race,stops,median' },
    seeds: { type: 'string', default: '10' },
    /** The budget, in evaluations of all examples. */
    full: { type: 'string', default: '25' },
    /** A limit of trials instead of that of the budget. */
    trials: { type: 'string' },
    trainers: { type: 'string', default: '1' },
  },
});
const [seeds, full, trainers] = [values.seeds, values.trials ?? values.full, values.trainers].map(Number) as [number, number, number];

const policies: Readonly<Record<string, readonly unknown[]>> = {
  all: [],
  race: ['race'],
  stops: [{ race: { share: 1 } }],
  median: ['percentileStop'],
};
/** Random configurations, of which the median is taken. */
const SAMPLE = 60;
/** Points of a curve for each full evaluation. */
const FINE = 20;

/** A study's recommended configurations: the true loss after so many results; and what it cost, in evaluations of all examples. */
interface Trace {
  readonly bests: readonly { readonly cost: number; readonly loss: number }[];
  readonly cost: number;
}

/** The mean over all examples, computed once for each configuration; infinite if it violates the constraint. */
function truthOf({ score, constraint, count }: World): (params: never) => number {
  const known = new Map<string, number>();
  return (params) => {
    const key = JSON.stringify(params);
    let mean = known.get(key);
    if (mean === undefined) {
      const meanOf = (of: World['score']) =>
        Array.from({ length: count }, (_, place) => of(params, place)).reduce((a, b) => a + b, 0) / count;
      mean = constraint && meanOf(constraint) > 0 ? Number.POSITIVE_INFINITY : meanOf(score);
      known.set(key, mean);
    }
    return mean;
  };
}

async function traceOf(
  world: World,
  truth: (params: never) => number,
  stages: readonly unknown[],
  strategy: string,
  seed: number,
): Promise<Trace> {
  const { space, count, score, constraint } = world;
  const exampleOf = (params: never, place: number) => {
    const value = score(params, place);
    return constraint ? { values: { value }, constraints: [constraint(params, place)] } : value;
  };
  const workload = {
    steps: count,
    curve: (params: never) => ({ value: () => truth(params), example: (place: number) => exampleOf(params, place) }),
  };
  const options = {
    strategy: parseStrategy({ chain: [...stages, strategy] }),
    examples: count,
    early: false,
    ...(values.trials ? { trials: full } : { cost: full * count }),
    seed,
    trainers,
  };
  const { trace, cost } = await simulate(space, workload, { ...options, spread: trainers > 1 ? 0.5 : 0 });
  return { cost: cost / count, bests: trace.map(({ cost, params }) => ({ cost, loss: truth(params) })) };
}

for (const strategy of values.strategies.split(',')) {
  for (const name of values.worlds.split(',')) {
    const names = ['all', ...values.policies.split(',')];
    const costs = new Map<string, number>();
    const curves = new Map(names.map((policy) => [policy, new Float64Array(full * FINE)]));
    for (let seed = 1; seed <= seeds; seed++) {
      const world = worlds[name]!(seed);
      const { space, count } = world;
      const truth = truthOf(world);
      const sample = Array.from({ length: SAMPLE }, (_, i) => truth(space.decode(space.snap(draw(space.axes, rngFor('sample', name, i))))))
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
      const traces = new Map<string, Trace>();
      for (const policy of names) traces.set(policy, await traceOf(world, truth, policies[policy]!, strategy, seed));
      const least = Math.min(sample[0]!, ...[...traces.values()].flatMap(({ bests }) => bests.map(({ loss }) => loss)));
      const median = sample[sample.length >> 1]!;
      for (const [policy, { bests, cost }] of traces) {
        costs.set(policy, (costs.get(policy) ?? 0) + cost / seeds);
        const curve = curves.get(policy)!;
        curve.forEach((sum, i) => {
          const found = bests.findLast(({ cost }) => cost <= ((i + 1) / FINE) * count)?.loss;
          const loss = found !== undefined && Number.isFinite(found) ? found : median;
          curve[i] = sum + (loss - least) / (median - least) / seeds;
        });
      }
    }
    const reference = curves.get('all')!.at(-1)!;
    console.log(`\n${name}, ${strategy}: regret of full evaluation after ${full}: ${reference.toFixed(3)}`);
    for (const [policy, curve] of curves) {
      const regrets = [2, 5, 10, full].map((n) => (curve[n * FINE - 1]! / reference).toFixed(2).padStart(6));
      const reached = curve.findIndex((regret) => regret <= reference);
      const fewer = reached < 0 ? 'never' : ((full * FINE) / (reached + 1)).toFixed(1);
      console.log(
        `  ${policy.padEnd(8)} relative regret after 2, 5, 10, ${full}: ${regrets.join(' ')}; cost ${costs.get(policy)!.toFixed(1)}; fewer results for the same quality: ${fewer}`,
      );
    }
  }
}
