// npm run bench:quality -- [--strategies auto,bo,tpe] [--kinds mixed,noisy] [--seeds 10] [--trials 100]: how good what strategies find is.
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { type Contender, hasOptuna, optuna, ours } from './quality/contenders.ts';
import { kinds, type Problem, problems } from './quality/problems.ts';
import { meanRegret, pairedRatio, type Reached, ranks, regrets } from './quality/regret.ts';
import { compete } from './quality/run.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: '[auto, bo, tpe, forest, ga]' },
    kinds: { type: 'string', default: kinds.join() },
    seeds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '100' },
  },
});
const seeds = Number(values.seeds);
const trials = Number(values.trials);
const marks = [...new Set([Math.ceil(trials / 2), trials])];
const strategies = [values.strategies].flatMap((text) => parse(text.startsWith('[') ? text : `[${text}]`));

interface Measured {
  readonly contender: Contender;
  readonly reached: Reached;
  readonly milliseconds: number;
}

async function measure(contender: Contender, some: readonly Problem[]): Promise<Measured> {
  const since = performance.now();
  const { reached, milliseconds } = await compete(contender, some, seeds, trials);
  console.error(`${contender.name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
  return { contender, reached, milliseconds };
}

/** A table of one kind of problems. */
function table(some: readonly Problem[], measured: readonly Measured[], random: Reached): void {
  const optima = new Map(some.map(({ name, optimum }) => [name, optimum]));
  for (const n of marks) {
    const of = measured.map(({ reached }) => regrets(reached, random, optima, n));
    const rank = ranks(of);
    const baseline = of[0]!;
    console.log(`\n${some[0]!.kind}, after ${n} trials   regret   of random's (90 %)     rank   CPU a suggestion`);
    measured.forEach(({ contender, milliseconds }, i) => {
      const { ratio, low, high } = pairedRatio(of[i]!, baseline);
      const interval = `${ratio.toFixed(2)} (${low.toFixed(2)} - ${high.toFixed(2)})`;
      const cells = [meanRegret(of[i]!).toFixed(3).padStart(8), interval.padStart(20), rank[i]!.toFixed(1).padStart(8)];
      console.log(`${contender.name.padEnd(30)} ${cells.join(' ')} ${milliseconds.toFixed(1).padStart(12)} ms`);
    });
  }
}

const contenders = [ours('random'), ...strategies.map((spec) => ours(spec)), ...(hasOptuna() ? [optuna()] : [])];
for (const kind of kinds.filter((k) => values.kinds.split(',').includes(k))) {
  const some = problems.filter((problem) => problem.kind === kind);
  const measured: Measured[] = [];
  for (const contender of contenders) measured.push(await measure(contender, some));
  table(some, measured, measured[0]!.reached);
}
if (!hasOptuna()) console.log('\nOptuna was left out: there is no python3-optuna.');
