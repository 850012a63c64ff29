// npx tsx tools/bench gate [--strategies auto,tpe] [--kinds rounded,tree] [--seeds 12] [--trials 100] [--processes N]:
// whether strategies are ever worse than random search. A share is the probability that random search with as many trials is worse: 0.5 is as good as
// random search.
// Ends with status 1 if a share is below its limit, a strategy throws, or it tries a configuration twice where all results are equal.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { inProcesses } from './processes.ts';
import { expected } from './quality/expected.ts';
import { BUDGETS, judge, shown } from './quality/gate.ts';
import { gated } from './quality/hazards.ts';
import type { Job, Outcome } from './quality/outcome.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: Object.keys(expected).join() },
    kinds: { type: 'string' },
    seeds: { type: 'string', default: '12' },
    trials: { type: 'string', default: '100' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});
const [seeds, trials] = [Number(values.seeds), Number(values.trials)];
const budgets = BUDGETS.filter((n) => n <= trials);
const problems = gated.filter(({ kind }) => values.kinds?.split(',').includes(kind) ?? true);
const names = values.strategies.split(',');
for (const name of names)
  if (!expected[name]) throw new Error(`--strategies: expected names among ${Object.keys(expected).join()}, got ${name}`);

let failed = 0;
for (const name of names) {
  const since = performance.now();
  const jobs = problems.map((problem): Job => ({ problem: problem.name, spec: expected[name]!.spec, seeds, trials }));
  const outcomes = await inProcesses<Job, Outcome>(new URL('quality/job.ts', import.meta.url), jobs, Number(values.processes));
  const verdict = judge(name, expected[name]!, new Map(problems.map((problem, i) => [problem, outcomes[i]!])), budgets);
  failed += Number(verdict.faults.length > 0);
  console.log(`\n${shown(verdict, budgets)}`);
  console.error(`${name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
}
console.log(failed === 0 ? '\nNo strategy fails.' : `\n${failed} of ${names.length} strategies fail.`);
process.exitCode = failed === 0 ? 0 : 1;
