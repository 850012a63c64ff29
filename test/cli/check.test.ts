import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectText, hypertide, studyIn, TRAINER } from './support.ts';

/** The lines that `check` prints, by their first words. */
async function check(place: string, command: readonly string[], ...flags: readonly string[]) {
  const { code, out, err } = await hypertide(place, 'check', 'study.yaml', ...flags, '--', ...command);
  const rows = out.trimEnd().split('\n');
  return { code, out, err, rows: Object.fromEntries(rows.map((row) => row.split(/ {2,}/) as [string, string])) };
}

it('recognises a trainer that keeps to its budget and resumes', async () => {
  const { code, out, rows, err } = await check(studyIn(), TRAINER);
  expect(code, err).toBe(0);
  expect(rows).toMatchObject({ steps: '1, 2', budget: expect.stringContaining('2 of 2'), resume: expect.stringContaining('3') });
  expectText(out);
});

it('recognises a trainer that resumes, and counts its epochs from 0', async () => {
  const place = studyIn();
  const train = `e=0; [ -z "$HYPERTIDE_CHECKPOINT" ] || e=$(cat "$HYPERTIDE_CHECKPOINT/epoch")
    while [ $e -lt $HYPERTIDE_BUDGET ]; do echo "epoch=$e loss=0.$e"; e=$((e + 1)); echo $e > "$HYPERTIDE_CHECKPOINT_DIR/epoch"; done`;
  const { rows } = await check(place, ['sh', '-c', train, '{x}']);
  expect(rows).toMatchObject({ steps: '1, 2', budget: expect.stringContaining('2 of 2'), resume: expect.stringContaining('3') });
});

it('recognises a script without budgets', async () => {
  const place = studyIn();
  writeFileSync(join(place, 'train.sh'), 'for e in 1 2 3 4 5 6; do echo "epoch=$e loss=0.$e"; sleep 0.1; done');
  const { code, out, rows, err } = await check(place, ['sh', join(place, 'train.sh'), '{x}']);
  expect(code, err).toBe(0);
  expect(rows.steps).toMatch(/^1, 2, 3/);
  expectText(out.replace(/^steps .*\n/m, '')); // as many as it took
  const on = await check(studyIn('epochs: 6\n'), ['sh', join(place, 'train.sh'), '{x}']);
  expect(on.rows['early stopping']).toMatch(/^on/);
});

it('lists the parameters that the program does not get', async () => {
  const place = studyIn();
  const print = ['sh', '-c', 'echo loss=0.5'];
  const sentence = 'the command passes no parameter: fine if the program reads HYPERTIDE_PARAMS, otherwise add {args}';
  expect((await check(place, print)).rows.parameters).toBe(sentence);
  for (const mention of ['{args}', '{params}', '--x={x}'])
    expect((await check(place, [...print, mention])).rows).not.toHaveProperty('parameters');
  const run = (...more: readonly string[]) => hypertide(place, 'run', 'study.yaml', '--trials', '1', '--', ...print, ...more);
  expect((await run()).err).toContain(sentence);
  expect((await run()).err).not.toContain(sentence); // once for each study
  rmSync(join(place, 'study.jsonl'));
  expect((await run('{args}')).err).not.toContain(sentence);
});

it('lists what the program did not report, and what to do', async () => {
  const { code, out, rows } = await check(studyIn(), ['sh', '-c', 'echo accuracy=0.9']);
  expect([code, rows.proposal]).toEqual([7, 'accuracy = 0.9']);
  expectText(out);
  expect((await check(studyIn('objective: maximize accuracy\n'), ['sh', '-c', 'echo accuracy=0.9'])).code).toBe(0);
});

const PAIRS = 'for e in 1 2 3 4 5 6 7; do echo "Epoch $e/7 train_loss: 0.$e val_loss: $1"; sleep 0.1; done';
const REWARDS = 'for e in 1 2 3 4 5 6 7; do echo "Epoch $e/7 reward: $1 approx_kl: 0.$e"; sleep 0.1; done';

it('tries the likeliest value, and writes its name and direction into the study file with --fix', async () => {
  const text = 'trials: 3   # a few\nobjective: minimize   # the loss\n';
  const place = studyIn(text);
  const rewards = ['sh', '-c', REWARDS, 'sh', '{x}'];
  const before = await check(place, rewards);
  expect(before.code).toBe(7);
  expect(before.rows).toMatchObject({
    proposal: expect.stringMatching(/^reward = 0\.\d+$/),
    name: expect.stringContaining('"objective: maximize reward"'),
    steps: '1, 2, 3',
    changes: expect.stringMatching(/^yes: 0\.\d+ and 0\.\d+/),
    SIGTERM: expect.stringContaining('obeyed'),
    'early stopping': expect.stringContaining('"epochs: 7"'),
  });
  expect(before.err).toContain('check study.yaml --fix');
  expect(readFileSync(join(place, 'study.yaml'), 'utf8')).toContain(text);
  const { code, rows } = await check(place, rewards, '--fix');
  expect([code, rows.name]).toEqual([0, expect.stringContaining('"objective: maximize reward"')]);
  expect(readFileSync(join(place, 'study.yaml'), 'utf8')).toContain(text.replace('minimize  ', 'maximize reward  '));
  expect((await check(place, rewards)).rows).toMatchObject({ value: expect.stringMatching(/^reward = 0/) });
  expect((await check(studyIn(), ['sh', '-c', PAIRS, 'sh', '{x}'])).rows.value).toContain('printed as val_loss');
});

it.each(['epoch $e val_mae $1 val_rmse 0.$e', 'epoch $e foo=$1'])('--fix writes nothing after %s', async (line) => {
  const place = studyIn();
  const before = readFileSync(join(place, 'study.yaml'), 'utf8');
  const { code, rows, err } = await check(place, ['sh', '-c', `for e in 1 2 3 4; do echo "${line}"; done`, 'sh', '{x}'], '--fix');
  expect([code, readFileSync(join(place, 'study.yaml'), 'utf8')]).toEqual([7, before]);
  expect(rows.name).toMatch(/^if this is the value that you want, write "objective: minimize \w+"/);
  expect(err).not.toContain('--fix');
});

it('says that the value does not change with the parameters', async () => {
  const { code, rows } = await check(studyIn(), ['sh', '-c', 'echo rmse=1.21', 'sh', '{x}']);
  expect(code).toBe(0);
  expect(rows.changes).toMatch(/^no: 1\.21/);
  const { rows: other } = await check(studyIn(), ['sh', '-c', 'echo rmse=$1', 'sh', '{x}']);
  expect(other.changes).toMatch(/^yes: 0\.\d+ and 0\.\d+/);
});

it('takes the whole length from a program that ends by itself, also if it counts from 0', async () => {
  const { rows } = await check(studyIn(), ['sh', '-c', 'for e in 0 1; do echo "epoch $e loss: $1"; done', 'sh', '{x}']);
  expect(rows).toMatchObject({ steps: '1, 2', budget: expect.stringContaining('2 of 2') });
  const { rows: longer } = await check(studyIn(), [
    'sh',
    '-c',
    'echo "epoch 0 loss: $1"; echo "epoch 1 loss: $1"; echo "epoch 2 loss: $1"',
    'sh',
    '{x}',
  ]);
  expect(longer['early stopping']).toMatch(/"epochs: (?:3|N)"/);
});

it('finds the value in a file that the program wrote', async () => {
  const place = studyIn();
  writeFileSync(join(place, 'old.csv'), 'epoch,loss\n1,2\n');
  const write = 'mkdir -p logs/v0; echo "max_epochs=3 lr=0.1"; printf "epoch,lr,val_loss\\n1,1,0.5\\n2,1,$1\\n" > logs/v0/metrics.csv';
  const { code, rows } = await check(place, ['sh', '-c', write, 'sh', '{x}'], '--fix');
  expect(code).toBe(0);
  expect(rows).toMatchObject({
    value: expect.not.stringMatching(/objective: \w+ /),
    name: expect.stringMatching(/"objective: minimize val_loss".*"metricFile: logs\/v0\/metrics.csv"/),
    steps: '1, 2',
  });
  expect((await hypertide(place, 'run', 'study.yaml', '--trials', '2', '--', 'sh', '-c', write, 'sh', '{x}')).code).toBe(0);
});

it('says what to do if each run writes another file', async () => {
  const write = 'mkdir v$$; printf "epoch,val_loss\\n1,0.5\\n2,0.4\\n" > v$$/metrics.csv';
  const { code, rows } = await check(studyIn(), ['sh', '-c', write, 'sh', '{x}']);
  expect(code).toBe(7);
  expect(rows.wrote).toMatch(/^v\d+\/metrics\.csv has val_loss, but the next run wrote another file/);
});

it('waits no longer than --time-limit, and kills a program that ignores SIGTERM', async () => {
  const place = studyIn('grace: 0.3\n');
  const { code, out } = await check(place, ['sh', '-c', "trap '' TERM; while :; do sleep 0.1; done"], '--time-limit', '0.5');
  expect(code).toBe(7);
  expectText(out);
});

it('waits for a program as long as a timer of Node cannot', async () => {
  const { code } = await check(studyIn(), ['sh', '-c', 'sleep 0.2; echo loss=0.9'], '--time-limit', '30d');
  expect(code).toBe(0);
});

it('shows the output of a program if it contains no value', async () => {
  const { code, out } = await check(studyIn(), ['sh', '-c', 'echo loading; echo "accuracy is high"']);
  expect(code).toBe(7);
  expectText(out);
});

it('shows on which examples the program was evaluated', async () => {
  const place = studyIn('examples: 20\nobjective: minimize loss\n');
  const asked = await check(place, ['sh', '-c', 'for q in $(cat "$1"); do echo example=$q loss=1; done', '-', '{examples}', '{x}']);
  expect(asked.code, asked.err).toBe(0);
  expect(asked.rows).toMatchObject({ value: 'loss = 1', examples: 'as asked for: 0, 1', changes: expect.stringMatching(/^not yet/) });
  expect(asked.rows).not.toHaveProperty('steps');
  const others = await check(place, ['sh', '-c', 'for q in 5 7 1 0; do echo example=$q loss=$0; done', '{x}']);
  expect(others.rows).toMatchObject({
    examples: expect.stringMatching(/5, 7.*HYPERTIDE_EXAMPLES_FILE/),
    changes: expect.stringMatching(/^yes/),
  });
  const none = await check(place, ['sh', '-c', 'echo loss=$0', '{x}']);
  expect(none.rows.examples).toContain('"example=0 loss=0.41"');
});
