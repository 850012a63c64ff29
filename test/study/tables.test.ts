import { expect, it } from 'vitest';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { SpaceData } from '../../src/space/schema.ts';
import { reportTable, type Table, tableCsv, trialTable } from '../../src/study/tables.ts';
import type { TrialRow } from '../../src/study/trials.ts';

const space = { parameters: { lr: { type: 'float', low: 0, high: 2 }, act: { type: 'choice', values: ['a', 'b'] } } } as SpaceData;
const row = (trial: number, more: object): TrialRow =>
  ({ trial, status: 'completed', attempt: 1, by: 'random', suggested: trial, suggestedAt: 0, params: {}, ...more }) as TrialRow;
const typesOf = (table: Table) => Object.fromEntries(table.map(({ name, type }) => [name, type]));

it('has a column for each parameter, value, metric and tag', () => {
  const rows = [
    row(1, { params: { lr: 1, act: 'a' }, values: { loss: 2 }, tags: { origin: 'a, "b"' } }),
    row(2, { params: { lr: 0.5 }, metrics: { size: 3 }, constraints: [1, 2], suggestedAt: 1000 }),
  ];
  const table = trialTable(rows, space);
  expect(typesOf(table)).toEqual({
    trial: 'integer',
    status: 'text',
    attempt: 'integer',
    constraints: 'data',
    by: 'text',
    suggested: 'integer',
    suggestedAt: 'time',
    'params.lr': 'number', // though both are written like integers
    'params.act': 'text',
    'values.loss': 'number',
    'metrics.size': 'number',
    'tags.origin': 'text',
  });
  expect(tableCsv(table).split('\r\n')).toEqual([
    'trial,status,attempt,constraints,by,suggested,suggestedAt,params.lr,params.act,values.loss,metrics.size,tags.origin',
    '1,completed,1,,random,1,1970-01-01T00:00:00.000Z,1,a,2,,"a, ""b"""',
    '2,completed,1,"[1,2]",random,2,1970-01-01T00:00:01.000Z,0.5,,,3,',
    '',
  ]);
});

it('has a row for each report that counts', () => {
  const report = (step: number, effect: string) =>
    ({
      effect,
      fact: { type: 'reported', trial: 1, step, values: { loss: step } },
      event: { type: 'reported', step },
      position: step + 3,
      at: step,
      author: 'w1',
    }) as unknown as AppliedEntry;
  const table = reportTable([report(1, 'reported'), report(1, 'noted'), report(2, 'reported')]);
  expect(typesOf(table)).toEqual({
    trial: 'integer',
    step: 'integer',
    position: 'integer',
    at: 'time',
    trainer: 'text',
    'values.loss': 'number',
  });
  expect(table.find(({ name }) => name === 'step')!.cells).toEqual([1, 2]);
  expect(tableCsv([])).toBe('\r\n');
});
