import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { studied } from '../../cli/readyStudy.ts';
import { directory, expectRefused, expectText, hypertide, journalOf } from '../../cli/support.ts';

const FLOAT = '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}';
const MODEL = '{"name": "CategoricalDistribution", "attributes": {"choices": ["svm", null]}}';

/** A journal of Optuna with one study for each of the names. */
function optunaJournal(...names: string[]): string {
  const lines: object[] = [];
  for (const [study_id, study_name] of names.entries()) {
    lines.push({ op_code: 0, study_name, directions: [2] });
    const params = [
      { x: 0.25, model: 1 },
      { x: 0.5, model: 0, c: 0.75 },
    ];
    for (const [i, own] of params.entries()) {
      const trial_id = 3 * study_id + i;
      lines.push({ op_code: 4, study_id, datetime_start: '2026-11-27T16:30:05.159566' });
      for (const [param_name, param_value_internal] of Object.entries(own))
        lines.push({ op_code: 5, trial_id, param_name, param_value_internal, distribution: param_name === 'model' ? MODEL : FLOAT });
      lines.push({ op_code: 7, trial_id, step: 0, intermediate_value: i });
      lines.push({ op_code: 8, trial_id, user_attr: { seen: 'NaN', size: 7 } });
      lines.push({ op_code: 6, trial_id, state: 1, values: [i + 0.5], datetime_complete: '2026-11-27T16:30:07.159566' });
      lines.push({ op_code: 8, trial_id, user_attr: { late: 1 } });
    }
    lines.push({ op_code: 4, study_id, datetime_start: null, state: 4 });
  }
  return lines.map((line) => `${JSON.stringify({ worker_id: 'w', ...line })}\n`).join('');
}

it('imports a journal of Optuna: space, conditions, objective, reports, metrics, tags and seconds', async () => {
  const place = directory();
  const whole = optunaJournal('digits');
  // Python writes NaN; the last line is cut.
  writeFileSync(join(place, 'optuna.log'), `${whole.replace('"intermediate_value":1', '"intermediate_value":NaN')}{"op_code": 6, "tri`);
  const ended = await hypertide(place, 'study', 'import', 'study.jsonl', 'optuna.log', '--json');
  expect(ended, ended.err).toMatchObject({ code: 0, out: '{"imported":2,"unfinished":1,"bad":0}\n' });
  const [created, , ...facts] = journalOf(place);
  expect(created).toMatchObject({
    study: 'digits',
    objectives: [{ name: 'value', direction: 'maximize' }],
    space: { parameters: { model: { values: ['svm', null] }, c: { type: 'float', when: { model: ['svm'] } } } },
  });
  expect(facts.map(({ type }) => type)).toEqual(['suggested', 'started', 'reported', 'completed', 'suggested', 'started', 'completed']);
  expect(facts[0]).toMatchObject({ by: 'import', params: { x: 0.25, model: null }, tags: { seen: 'NaN' } });
  expect(facts[6]).toMatchObject({ values: { value: 1.5 }, metrics: { size: 7 }, seconds: 2 });
  expect(facts[6]).not.toHaveProperty('metrics.late');
});

it('imports a parameter whose name every object has', async () => {
  const place = directory();
  writeFileSync(join(place, 'optuna.log'), optunaJournal('digits').replaceAll('"c"', '"toString"'));
  await hypertide(place, 'study', 'import', 'study.jsonl', 'optuna.log');
  expect(journalOf(place)[0]).toMatchObject({ space: { parameters: { toString: { type: 'float', when: { model: ['svm'] } } } } });
});

it('turns on early stopping with --epochs, in a new journal only, and says how to continue', async () => {
  const place = directory();
  writeFileSync(join(place, 'optuna.log'), optunaJournal('digits').replaceAll('"step":0,', '"step":4,'));
  const into = (study: string, ...more: string[]) => hypertide(place, 'study', 'import', study, 'optuna.log', ...more);
  const { err } = await into('study.jsonl', '--epochs', '5');
  expect(err).toContain('ht.Study(path="study.jsonl").optimize(objective, trials=100)');
  expect(journalOf(place)[0]).toMatchObject({ strategy: { chain: [{ asha: { min: 1, max: 5 } }, 'auto'] } });
  expect((await into('without.jsonl')).err).toContain('ht.Study(path="without.jsonl", epochs=4).optimize(');
  expectRefused(await into('study.jsonl', '--epochs', '5'));
  writeFileSync(join(place, 'x.yaml'), 'parameters:\n  x: { type: float, low: 0, high: 1 }\nobjective: maximize score\n');
  expectRefused(await into('x.yaml', '--epochs', '5'));
});

it('asks which of several studies of Optuna is meant', async () => {
  const place = directory();
  writeFileSync(join(place, 'optuna.log'), optunaJournal('digits', 'letters'));
  const args = ['study', 'import', 'study.jsonl', 'optuna.log'];
  expectRefused(await hypertide(place, ...args));
  expectRefused(await hypertide(place, ...args, '--optuna-study', 'x'));
  expect(await hypertide(place, ...args, '--optuna-study', 'letters')).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^2 .* 1 .* 0 /m),
  });
});

it('lists trials of Optuna that do not fit a study file, and refuses other directions and files', async () => {
  const place = directory();
  writeFileSync(join(place, 'optuna.log'), optunaJournal('digits'));
  writeFileSync(
    join(place, 'x.yaml'),
    'parameters:\n  x: { type: float, low: 0, high: 1 }\n  model: { type: choice, values: [null] }\nobjective: maximize score\n',
  );
  const ended = await hypertide(place, 'study', 'import', 'x.yaml', 'optuna.log');
  expect(ended.code).toBe(1);
  expectText(ended.err);

  writeFileSync(join(place, 'y.yaml'), 'parameters:\n  x: { type: float, low: 0, high: 1 }\nobjective: minimize score\n');
  expectRefused(await hypertide(place, 'study', 'import', 'y.yaml', 'optuna.log'));
  writeFileSync(join(place, 'bad.db'), 'SQLite format 3\0 but cut');
  const bad = await hypertide(place, 'study', 'import', 'z.jsonl', 'bad.db');
  expect(bad).toMatchObject({ code: 2 });
  expect(bad.err).toContain('bad.db: ');
});

it.each([
  ['directions', 1, '{"op_code": 0, "study_name": "x"}'],
  ['the distribution', 3, `{"op_code": 5, "trial_id": 0, "param_name": "x", "param_value_internal": 1, "distribution": "null"}`],
  ['a known state', 3, '{"op_code": 6, "trial_id": 0, "state": 9}'],
  ['choices', 3, `{"op_code": 5, "trial_id": 0, "distribution": ${JSON.stringify(MODEL.replace('choices', 'c'))}}`],
])('refuses a journal of Optuna without %s, and names the line', async (_, line, wrong) => {
  const place = directory();
  const lines = optunaJournal('digits').split('\n');
  writeFileSync(join(place, 'optuna.log'), [...lines.slice(0, line - 1), wrong].join('\n'));
  expectRefused(await hypertide(place, 'study', 'import', 'x.jsonl', 'optuna.log'));
});

it('skips a trial of Optuna that cannot count, and leaves nothing of it in the journal', async () => {
  const place = directory();
  const [study] = optunaJournal('digits').split('\n');
  writeFileSync(join(place, 'study.yaml'), 'parameters:\n  x: { type: float, low: 0, high: 1 }\nobjective: maximize score\n');
  const trial = (trial_id: number, ...more: object[]) => [
    { op_code: 4, study_id: 0 },
    { op_code: 5, trial_id, param_name: 'x', param_value_internal: 0.5, distribution: FLOAT },
    ...more.map((line) => ({ trial_id, ...line })),
    { op_code: 6, trial_id, state: 1, values: [trial_id], datetime_complete: 'yesterday' },
  ];
  const all = [
    { op_code: 2, study_id: 0, user_attr: { long: 'x'.repeat(20_000) } },
    ...trial(0, { op_code: 9, system_attr: { constraints: Array(100).fill(1) } }),
    ...trial(1, { op_code: 5, param_name: 'pair', param_value_internal: 0, distribution: MODEL.replace('"svm", null', '') }),
    ...trial(2, { op_code: 5, param_name: 'x', param_value_internal: null, distribution: FLOAT }),
    ...trial(3, { op_code: 7, step: -1, intermediate_value: 1 }, { op_code: 7, step: 1, intermediate_value: 1 }),
  ];
  writeFileSync(join(place, 'optuna.log'), [study, ...all.map((line) => JSON.stringify(line))].join('\n'));
  const { err } = await hypertide(place, 'study', 'import', 'study.yaml', 'optuna.log');
  expectText(err);
  expect(journalOf(place).slice(2)).toMatchObject([
    { type: 'suggested', trial: 1 },
    { type: 'started' },
    { type: 'reported', step: 1 },
    { type: 'completed', trial: 1, values: { score: 3 } },
  ]);
});

it('exports a study for Optuna, and imports it again', async () => {
  const place = await studied();
  for (const file of ['back.db', 'back.optuna']) {
    expect(await hypertide(place, 'export', 'study.jsonl', '--output', file)).toMatchObject({ code: 0, err: '' });
    await hypertide(place, 'study', 'import', `${file}.jsonl`, file);
    const told = async (journal: string) =>
      JSON.parse((await hypertide(place, 'trials', journal, '--json')).out).map(
        ({ params, values, status, metrics }: Record<string, unknown>) => ({
          params,
          values,
          status,
          metrics,
        }),
      );
    expect(await told(`${file}.jsonl`)).toEqual(await told('study.jsonl'));
  }
  expect(readFileSync(join(place, 'back.optuna'), 'utf8').split('\n')[0]).toContain('"study_name":"study"');
  expect(readFileSync(join(place, 'study.jsonl'), 'utf8')).toContain('phase":" \\"exploring');
  expect(readFileSync(join(place, 'back.optuna'), 'utf8'), 'no state of strategies').not.toContain('exploring\\"');
  expect((await hypertide(place, 'export', 'study.jsonl', '--format', 'sqlite')).err).toContain(
    '--format sqlite: expected --output as well',
  );
});
