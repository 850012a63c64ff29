// npm run chaos -- --trials 2000 --minutes 15 --seed 1
import { parseArgs } from 'node:util';
import { chaos } from './world.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '150' },
  },
});
const verdict = await chaos({
  trials: Number(values.trials),
  minutes: Number(values.minutes),
  faults: Number(values.faults),
  seed: values.seed,
  say: (line) => console.log(new Date().toISOString(), line),
});
const { violations, completed, begun, wasted, lost, faults, recomputed, stall, seconds } = verdict;
for (const violation of violations) console.log(violation);
console.log(
  `${violations.length === 0 ? 'HELD' : 'BROKEN'}: ${completed} trials completed in ${seconds.toFixed(0)} s through ${faults} faults, ` +
    `${begun} trainings begun, ${wasted} wasted, ${lost} runs given up, ${recomputed} suggestions recomputed, longest stall ${(stall / 1000).toFixed(1)} s`,
);
process.exit(violations.length === 0 ? 0 : 1);
