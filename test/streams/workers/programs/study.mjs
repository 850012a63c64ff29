// A study of the built package in threads. It must end by itself.
import { optimize, random } from 'hypertide';
import { choice, float, space } from 'hypertide/core';
import { workers } from 'hypertide/workers';

const [does] = process.argv.slice(2);
const options = {
  strategy: random(),
  trials: 2,
  ...{ grows: { trials: 1 }, loop: { signal: AbortSignal.timeout(1000) }, unheld: {}, count: {} }[does],
};
const objective = workers(new URL('./task.mjs', import.meta.url), { count: 2, worker: { resourceLimits: { maxOldGenerationSizeMb: 32 } } });
const held = does === 'unheld' ? (params, trial) => objective(params, trial) : objective; // which cannot be told when its study ends
const result = await optimize(space({ does: choice([does]), x: float(0, 1) }), held, options)
  .result()
  .catch((error) => error);
const { reason, completed, failures } = result;
console.log(JSON.stringify({ reason, completed, failures: failures.map(({ message }) => message) }));
