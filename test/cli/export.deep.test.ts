import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { hypertide, studyIn } from './support.ts';

const STUDY = `parameters:
  lr: { type: float, low: 1e-4, high: 1, log: true }
  layers: { type: int, low: 1, high: 4 }
  act: { type: choice, values: [relu, tanh] }
  momentum: { type: float, low: 0, high: 1, when: { act: tanh } }
objective: minimize loss
strategy: { chain: [{ asha: { min: 1, max: 9 } }, { ga: { population: 4 } }] }
trials: 12
`;
const TRAIN = 'for step in 1 2 3 4 5 6 7 8 9; do echo "epoch=$step loss=0.$step accuracy=0.5"; done';

it('DuckDB reads the tables of a study, with their types', async () => {
  const place = studyIn('');
  writeFileSync(join(place, 'study.yaml'), STUDY);
  await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', TRAIN);
  for (const ending of ['parquet', 'csv']) {
    expect(await hypertide(place, 'export', 'study.jsonl', '-o', `trials.${ending}`)).toMatchObject({ code: 0, err: '' });
    expect(await hypertide(place, 'export', 'study.jsonl', '--table', 'reports', '-o', `reports.${ending}`)).toMatchObject({ code: 0 });
  }
  const database = await (await DuckDBInstance.create(':memory:')).connect();
  const ask = async (sql: string) => (await database.runAndReadAll(sql.replaceAll('@', place))).getRowObjectsJson();
  const types = async (file: string) =>
    Object.fromEntries((await ask(`DESCRIBE SELECT * FROM '@/${file}'`)).map(({ column_name: name, column_type: type }) => [name, type]));

  expect(await types('trials.parquet')).toMatchObject({
    trial: 'BIGINT',
    status: 'VARCHAR',
    suggestedAt: 'TIMESTAMP',
    'params.lr': 'DOUBLE',
    'params.layers': 'BIGINT',
    'params.act': 'VARCHAR',
    'values.loss': 'DOUBLE',
    'metrics.accuracy': 'DOUBLE',
  });
  const rows = JSON.parse((await hypertide(place, 'export', 'study.jsonl', '--format', 'json')).out) as {
    trial: number;
    params: { lr: number; momentum?: number };
    values: { loss: number };
    suggestedAt: number;
  }[];
  for (const file of ['trials.parquet', 'trials.csv']) {
    const read = await ask(
      `SELECT trial::INT t, "params.lr" lr, "params.momentum" m, "values.loss" loss, epoch_ms("suggestedAt"::TIMESTAMP)::DOUBLE began FROM '@/${file}' ORDER BY trial`,
    );
    const wanted = rows.map(({ trial, params, values, suggestedAt }) => ({
      t: trial,
      lr: params.lr,
      m: params.momentum ?? null,
      loss: values.loss,
      began: suggestedAt,
    }));
    expect(read, file).toEqual(wanted);
  }
  const joined = `SELECT count(*)::INT n, max(r.step)::INT top FROM '@/reports.parquet' r JOIN '@/trials.parquet' t USING (trial) WHERE r."values.loss" IS NOT NULL`;
  const [{ n, top } = {}] = await ask(joined);
  expect(top).toBe(9);
  expect(n).toBeGreaterThanOrEqual(12);
  expect(await ask(`SELECT count(*)::INT n FROM '@/reports.csv'`)).toEqual([{ n }]);
});

it('refuses options that do not go together', async () => {
  const place = studyIn('trials: 1\n');
  await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo value=1');
  expect(await hypertide(place, 'export', 'study.jsonl', '--format', 'parquet')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--output'),
  });
  expect(await hypertide(place, 'export', 'study.jsonl', '--table', 'reports')).toMatchObject({
    code: 2,
    err: expect.stringContaining('csv'),
  });
});
