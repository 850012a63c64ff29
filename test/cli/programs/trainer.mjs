// A trainer for tests: reports (x - 0.3)^2 + 1 / step at each step. --mode selects a fault; --hold waits before that step for a file `go`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    x: { type: 'string' },
    steps: { type: 'string', default: '2' },
    sleep: { type: 'string', default: '0' },
    mode: { type: 'string', default: 'good' },
    hold: { type: 'string' },
  },
});
const x = Number(values.x);
const steps = Number(process.env.HYPERTIDE_BUDGET ?? values.steps);
const { HYPERTIDE_CHECKPOINT: from, HYPERTIDE_CHECKPOINT_DIR: directory, HYPERTIDE_SLOT: slot } = process.env;
const rest = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
const say = (line) => console.log(typeof line === 'string' ? line : JSON.stringify(line));
const value = (step) => (x - 0.3) ** 2 + 1 / step;

/** Whether the journal says that all trials with lower numbers have ended. */
function earlierHaveEnded() {
  const entries = readFileSync('study.jsonl', 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const ended = new Set(entries.filter(({ type }) => type === 'completed').map(({ trial }) => trial));
  return Array.from({ length: Number(process.env.HYPERTIDE_TRIAL) - 1 }, (_, i) => i + 1).every((trial) => ended.has(trial));
}

let step = from === undefined ? 0 : Number(readFileSync(join(from, 'step'), 'utf8'));
process.on('SIGTERM', () => {
  writeFileSync(join(directory, 'step'), String(step));
  process.exit(143);
});
say(`slot ${slot}, from step ${step}`);
if (values.mode === 'crash') {
  console.error('RuntimeError: out of memory');
  process.exit(1);
}
if (values.mode === 'nan') say('{"value": NaN}');
if (values.mode === 'silent') process.exit(0);
if (values.mode === 'rubbish') {
  process.stdout.write(Buffer.from([0xff, 0x00, 0x07, 0x0a]));
  for (const line of ['{"value":', '[1,2', 'value=abc', '{"step":-3,"value":1}', '{"step":1.5,"value":1}', '{"value":"high"}', '='])
    say(line);
}
while (values.mode !== 'nan' && step < steps) {
  await rest(Number(values.sleep));
  while (Number(values.hold) === step + 1 && !existsSync('go')) await rest(0.02);
  step++;
  if (values.mode === 'saving') writeFileSync(join(directory, 'step'), String(step));
  say({ step, value: value(step) });
  if (values.mode === 'repeat') say({ step, value: 7 });
}
if (values.mode === 'in-turn') while (!earlierHaveEnded()) await rest(0.02);
if (values.mode !== 'nan') say({ value: value(Math.max(1, steps)) });
writeFileSync(join(directory, 'step'), String(step));
