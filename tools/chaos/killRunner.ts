// npx tsx tools/chaos/killRunner --kills 100 --seed 1 [--longest 800]: kills the runner of programs, at most so many milliseconds after it has begun one
import { parseArgs } from 'node:util';
import { killRunner } from './runner.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    longest: { type: 'string', default: '4000' },
  },
});
const verdict = await killRunner(Number(values.kills), values.seed, Number(values.longest), console.log);
console.log(JSON.stringify(verdict, null, 2));
process.exit(verdict.left === 0 && verdict.trials.failed === 0 ? 0 : 1);
