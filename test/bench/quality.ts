// npm run bench:quality -- [--strategies auto,bo,tpe] [--kinds mixed,noisy] [--seeds 10] [--trials 100] [--out FILE.json] [--quick]: how good what
// strategies find is, beside Optuna's samplers where they are installed.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { ours, peers } from './quality/contenders.ts';
import { kinds } from './quality/problem.ts';
import { problems } from './quality/problems.ts';
import { rowsOf, shown } from './quality/report.ts';
import { compete, type Measured } from './quality/run.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: '[auto, bo, tpe, forest, ga]' },
    kinds: { type: 'string', default: kinds.join() },
    seeds: { type: 'string' },
    trials: { type: 'string' },
    out: { type: 'string' },
    /** Whether all works: one problem of each kind, few seeds and trials. What it says of strategies is little. */
    quick: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds ?? (values.quick ? 2 : 5));
const trials = Number(values.trials ?? (values.quick ? 12 : 100));
const marks = [...new Set([Math.ceil(trials / 2), trials])];
const { strategies } = values;
const specs = parse(strategies.startsWith('[') ? strategies : `[${strategies}]`);
const chosen = kinds
  .filter((kind) => values.kinds.split(',').includes(kind))
  .flatMap((kind) => problems.filter((problem) => problem.kind === kind).slice(0, values.quick ? 1 : undefined));
const { here, missing } = peers();

const measured: Measured[] = [];
for (const contender of [ours('random'), ...specs.map((spec: Parameters<typeof ours>[0]) => ours(spec)), ...here]) {
  const since = performance.now();
  measured.push(await compete(contender, chosen, seeds, trials));
  contender.stop();
  console.error(`${contender.name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
}

const groups = [...kinds.map((kind) => [kind, chosen.filter((problem) => problem.kind === kind)] as const), ['all', chosen] as const];
const tables = groups
  .filter(([, some]) => some.length > 0)
  .flatMap(([kind, some]) => marks.map((n) => ({ problems: some.length, rows: rowsOf(kind, some, measured, n) })));
for (const table of tables) console.log(`\n${shown(table.rows, table.problems, seeds)}`);
for (const what of missing) console.log(`\nLeft out is ${what}.`);

if (values.out !== undefined) {
  const losses = Object.fromEntries(
    measured.map(({ name, reached }) => [
      name,
      Object.fromEntries([...reached].map(([problem, runs]) => [problem, runs.map((best) => marks.map((n) => best[n - 1]))])),
    ]),
  );
  await writeFile(
    values.out,
    `${JSON.stringify({ seeds, trials, marks, rows: tables.flatMap(({ rows }) => rows), losses }, undefined, 1)}\n`,
  );
}
