// npx tsx tools/bench quality [--strategies auto,bo,tpe] [--kinds mixed,noisy] [--seeds 10] [--trials 100] [--out FILE.json] [--quick]: how good the
// results of strategies are, compared with Optuna's samplers if these are installed.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { type Contender, ours, peers } from './quality/contenders.ts';
import { kinds, type Problem } from './quality/problem.ts';
import { problems } from './quality/problems.ts';
import { type Row, rowsOf, shown } from './quality/report.ts';
import { compete, joined, type Measured } from './quality/run.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: '[auto, bo, tpe, forest, ga]' },
    kinds: { type: 'string', default: kinds.join() },
    seeds: { type: 'string' },
    trials: { type: 'string' },
    out: { type: 'string' },
    /** A check that everything works: one problem of each kind, few seeds and trials. Too little to judge strategies. */
    quick: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds ?? (values.quick ? 2 : 5));
const trials = Number(values.trials ?? (values.quick ? 12 : 100));
const marks = [...new Set([Math.ceil(trials / 2), trials])];
const { strategies } = values;
const specs = parse(strategies.startsWith('[') ? strategies : `[${strategies}]`);
const groups = kinds
  .filter((kind) => values.kinds.split(',').includes(kind))
  .map((kind) => [kind, problems.filter((problem) => problem.kind === kind).slice(0, values.quick ? 1 : undefined)] as const);
const { here, missing } = peers();
const contenders: readonly Contender[] = [ours('random'), ...specs.map((spec: Parameters<typeof ours>[0]) => ours(spec)), ...here];

const rows: Row[] = [];
function report(kind: Row['kind'], some: readonly Problem[], measured: readonly Measured[]): void {
  for (const n of marks) {
    const standing = rowsOf(kind, some, measured, n);
    rows.push(...standing);
    console.log(`\n${shown(standing, some.length, seeds)}`);
  }
}

const measured = contenders.map(({ name }): Measured => ({ name, reached: new Map(), milliseconds: new Map(), repeats: new Map() }));
for (const [kind, some] of groups) {
  for (const [i, contender] of contenders.entries()) {
    const since = performance.now();
    measured[i] = joined(measured[i]!, await compete(contender, some, seeds, trials));
    console.error(`${kind}, ${contender.name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
  }
  report(kind, some, measured);
}
for (const contender of contenders) contender.stop();
report(
  'all',
  groups.flatMap(([, some]) => some),
  measured,
);
for (const what of missing) console.log(`\nLeft out: ${what}.`);

if (values.out !== undefined) {
  const losses = Object.fromEntries(
    measured.map(({ name, reached }) => [
      name,
      Object.fromEntries([...reached].map(([problem, runs]) => [problem, runs.map((best) => marks.map((n) => best[n - 1]))])),
    ]),
  );
  await writeFile(values.out, `${JSON.stringify({ seeds, trials, marks, rows, losses }, undefined, 1)}\n`);
}
