// npx tsx tools/bench coco --clone FOLDER --out FOLDER [--strategy auto | --peer tpe] [--suite bbob] [--dimensions 2,3,5] [--functions 1-24] [--instances 1-3]
// [--evaluations 50]: runs a strategy on functions of COCO. The clone is one of github.com/numbbo/coco-experiment; it needs a C compiler. The evaluations
// are per dimension. COCO's own observer writes the logs, and what is there is not run again.
// npx tsx tools/bench coco table FOLDER ... [--dimensions 2,3,5] [--functions 1-24]: compares such logs, those of COCO's data archive, and its references.
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { compiled } from './coco/functions.ts';
import { logsIn } from './coco/logs.ts';
import { tableOf } from './coco/report.ts';
import { runOn } from './coco/run.ts';
import { optuna, ours } from './quality/contenders.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clone: { type: 'string' },
    out: { type: 'string' },
    /** As `ask-tell` takes it. */
    strategy: { type: 'string', default: 'auto' },
    /** Instead, a sampler of Optuna: tpe, gp or cmaes. */
    peer: { type: 'string' },
    suite: { type: 'string', default: 'bbob' },
    dimensions: { type: 'string', default: '2,3,5' },
    functions: { type: 'string', default: '1-24' },
    instances: { type: 'string', default: '1-3' },
    evaluations: { type: 'string', default: '50' },
  },
});

/** `1,3-5` as a list. */
const listed = (text: string): number[] =>
  text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number) as [number, number?];
    return Array.from({ length: to! - from + 1 }, (_, i) => from + i);
  });
const dimensions = listed(values.dimensions);
const functions = listed(values.functions);
const evaluations = Number(values.evaluations);

if (positionals[0] === 'table') {
  const named = new Map(positionals.slice(1).map((folder) => [folder, logsIn(folder)]));
  const perDimension = [5, 10, 20, 50].filter((n) => n <= evaluations);
  for (const dimension of dimensions) console.log(`\n${tableOf(named, dimension, functions, perDimension)}`);
} else {
  if (values.clone === undefined || values.out === undefined)
    throw new Error('expected --clone and --out; the first lines of tools/bench/coco.ts say what they are');
  const program = compiled(values.clone, '.bench');
  const contender = values.peer === undefined ? ours(parse(values.strategy)) : optuna(values.peer);
  for (const dimension of dimensions)
    for (const index of functions) {
      const since = performance.now();
      await runOn(program, contender, { suite: values.suite, index, dimension, instances: values.instances }, evaluations, values.out);
      console.error(`${dimension}-D, f${index}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
    }
  contender.stop();
}
