// npx tsx tools/bench curves [--strategies '[{chain: [asha, bo]}, {chain: [hyperband, tpe]}]'] [--families lcbench,taskset] [--trainers 1,8] [--seeds 2] [--trainings 10]
// [--processes N] [--json]: what models gain behind early stopping,
// on recorded learning curves. The defaults take some minutes on two idle cores; a table needs --trainings 20 --seeds 10.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import type { StrategySpec } from '../../streams/index.ts';
import type { Job } from './curves/job.ts';
import { families } from './curves/problem.ts';
import { problems } from './curves/problems.ts';
import { type Row, rowsOf, shown } from './curves/report.ts';
import { regret, scales } from './curves/scales.ts';
import { DEFAULTS, nameOf, REFERENCE } from './curves/strategies.ts';
import { inProcesses } from './processes.ts';

const { values } = parseArgs({
  options: {
    /** A list in YAML of strategies, each as `ask-tell` takes it. */
    strategies: { type: 'string' },
    families: { type: 'string', default: families.join() },
    trainers: { type: 'string', default: '1,8' },
    seeds: { type: 'string', default: '2' },
    /** The budget in full trainings, at most 20. Regret is measured at half of it and at its end. */
    trainings: { type: 'string', default: '10' },
    processes: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
});
const specs: readonly StrategySpec[] = [REFERENCE, ...(values.strategies === undefined ? DEFAULTS : parse(values.strategies))];
const chosen = problems.filter(({ family }) => values.families.split(',').includes(family));
const fleets = values.trainers.split(',').map(Number);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const trainings = Number(values.trainings);
const marks = [...new Set([Math.ceil(trainings / 2), trainings])];

const jobs: readonly Job[] = fleets.flatMap((trainers) =>
  specs.flatMap((spec) => chosen.flatMap(({ name }) => seeds.map((seed) => ({ problem: name, spec, seed, trainers, trainings })))),
);
const lowest = await inProcesses<Job, readonly number[]>(new URL('curves/job.ts', import.meta.url), jobs, Number(values.processes), (n) => {
  if (n % 50 === 0 || n === jobs.length) console.error(`${n} of ${jobs.length} studies`);
});

const scaleOf = scales();
/** Regrets after n trainings of the studies with `trainers` trainers, by strategy and problem. */
function regretsAfter(n: number, trainers: number): Map<string, Map<string, number[]>> {
  const found = new Map(specs.map((spec) => [nameOf(spec), new Map(chosen.map(({ name }) => [name, [] as number[]]))]));
  for (const [i, job] of jobs.entries()) {
    if (job.trainers !== trainers) continue;
    found
      .get(nameOf(job.spec))!
      .get(job.problem)!
      .push(regret(scaleOf[job.problem]!, lowest[i]![n - 1]!, n));
  }
  return found;
}

const rows: Row[] = [];
for (const trainers of fleets)
  for (const n of marks) {
    const some = rowsOf(regretsAfter(n, trainers), chosen, { trainers, trainings: n });
    rows.push(...some);
    if (!values.json) console.log(`\n${shown(some)}`);
  }
if (values.json)
  console.log(JSON.stringify({ seeds: seeds.length, trainings, rows, lowest: jobs.map((job, i) => ({ ...job, lowest: lowest[i] })) }));
