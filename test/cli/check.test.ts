import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hypertide, studyIn, TRAINER } from './support.ts';

/** The lines that `check` prints, by their first words. */
async function check(place: string, command: readonly string[], ...flags: readonly string[]) {
  const { code, out, err } = await hypertide(place, 'check', 'study.yaml', ...flags, '--', ...command);
  const rows = out.trimEnd().split('\n');
  return { code, err, rows: Object.fromEntries(rows.map((row) => row.split(/ {2,}/) as [string, string])) };
}

it('recognises a trainer that keeps to its budget and resumes', async () => {
  const { code, rows, err } = await check(studyIn(), TRAINER);
  expect(code, err).toBe(0);
  expect(rows).toMatchObject({
    command: expect.stringMatching(/^node .*trainer\.mjs --x 0\.\d+$/),
    value: expect.stringMatching(/^value = \d/),
    steps: '1, 2',
    budget: 'kept: it ended after step 2 of 2',
    resume: 'yes: the second run began with step 3',
    'early stopping':
      'possible, but off: to turn it on, write the steps of a whole trial in study.yaml, such as "epochs: 20"; with "resumes: true", trials pause instead, and the best are resumed',
  });
});

it('recognises a script without budgets', async () => {
  const place = studyIn();
  writeFileSync(join(place, 'train.sh'), 'for e in 1 2 3 4 5 6; do echo "epoch=$e loss=0.$e"; sleep 0.1; done');
  const { code, rows, err } = await check(place, ['sh', join(place, 'train.sh'), '{x}']);
  expect(code, err).toBe(0);
  expect(rows).toMatchObject({
    value: expect.stringMatching(/^loss = 0\.\d \(printed as loss, used as value\)$/),
    steps: expect.stringMatching(/^1, 2, 3/),
    name: 'to call it loss in all tables, write "objective: minimize loss" in study.yaml before the first run',
    budget: 'not used: it continued after step 2; that is fine, unless trials are to pause: then pass {budget} to it',
    SIGTERM: expect.stringMatching(/^obeyed: it ended within \d+\.\d s$/),
    resume: expect.stringContaining('not possible: it saved no checkpoint'),
    'early stopping': expect.stringMatching(/^possible, but off: .* in study.yaml, such as "epochs: 20"$/),
  });
  const on = await check(studyIn('epochs: 6\n'), ['sh', join(place, 'train.sh'), '{x}']);
  expect(on.rows['early stopping']).toBe('on: trials that fall behind are stopped');
});

it('lists the parameters that the program does not get', async () => {
  const place = studyIn();
  const print = ['sh', '-c', 'echo loss=0.5'];
  expect((await check(place, print)).rows['not passed']).toBe(
    'x; add {args} to the command, unless the program reads HYPERTIDE_PARAMS or HYPERTIDE_PARAM_X: without values, all trials are equal',
  );
  for (const mention of ['{args}', '{params}', '--x={x}'])
    expect((await check(place, [...print, mention])).rows).not.toHaveProperty('not passed');
  const sentence = 'the command does not pass x; add {args} to the command, unless the program reads HYPERTIDE_PARAMS or HYPERTIDE_PARAM_X';
  const run = (...more: readonly string[]) => hypertide(place, 'run', 'study.yaml', '--trials', '1', '--', ...print, ...more);
  expect((await run()).err).toContain(sentence);
  expect((await run()).err).not.toContain(sentence); // once for each study
  rmSync(join(place, 'study.jsonl'));
  expect((await run('{args}')).err).not.toContain(sentence);
});

it('lists what the program did not report, and what to do', async () => {
  const { code, rows } = await check(studyIn(), ['sh', '-c', 'echo accuracy=0.9']);
  expect(code).toBe(1);
  expect(rows.value).toContain('not read: exited 0 without a result: expected a value to minimize, but it printed accuracy=0.9');
  expect(rows.steps).toBe('unknown, as no value was read');
  expect(rows['early stopping']).toBe('not possible without steps');
  expect((await check(studyIn(), ['sh', '-c', 'echo accuracy=0.9'], '--metric', 'accuracy')).code).toBe(0);
});

it('waits no longer than --seconds, and kills a program that ignores SIGTERM', async () => {
  const place = studyIn('grace: 0.3\n');
  const { code, rows } = await check(place, ['sh', '-c', "trap '' TERM; while :; do sleep 0.1; done"], '--seconds', '0.5');
  expect(code).toBe(1);
  expect(rows.value).toBe(
    'not read within 0.5 s; print a line such as "epoch=3 loss=0.41" after each epoch, or allow more time with --seconds',
  );
  expect(rows.printed).toBe('nothing');
  expect(rows.SIGTERM).toBe('ignored: it was killed after 0.3 s');
});

it('waits for a program as long as a timer of Node cannot', async () => {
  const { code } = await check(studyIn(), ['sh', '-c', 'sleep 0.2; echo loss=0.9'], '--seconds', '30d');
  expect(code).toBe(0);
});

it('shows the output of a program if it contains no value', async () => {
  const { code, rows } = await check(studyIn(), ['sh', '-c', 'echo loading; echo "accuracy is high"']);
  expect(code).toBe(1);
  expect(rows).toMatchObject({
    value: expect.stringContaining('print a line such as "loss=0.38"'),
    printed: 'loading',
    '': 'accuracy is high',
    steps: 'unknown, as no value was read',
  });
});
