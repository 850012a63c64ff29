import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Amendment, amendStudyFile } from '../../src/studyFile/amend.ts';

/** A study file after an amendment. */
function amended(source: string, amendment: Amendment): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-')), 'study.yaml');
  writeFileSync(path, source);
  amendStudyFile(path, amendment);
  return readFileSync(path, 'utf8');
}

const objective = 'minimize val_loss';

it('replaces a text, and keeps everything else', () => {
  const file = (value: string) =>
    `# mine\nparameters: {x:   {type: float, low: 0, high: 1}}\nobjective:  ${value}   # the loss\n\n# epochs: 20\ntrials:   3\n`;
  expect(amended(file('minimize'), { objective })).toBe(file(objective));
  expect(amended(file('"maximize acc"'), { objective })).toBe(file(objective));
});

it('adds a line', () => {
  expect(amended('trials: 3 # few', { objective, metricFile: 'a b/metrics #1.csv' })).toBe(
    'trials: 3 # few\nobjective: minimize val_loss\nmetricFile: "a b/metrics #1.csv"\n',
  );
  expect(amended('trials: 3\r\n', { objective })).toBe('trials: 3\r\nobjective: minimize val_loss\r\n');
});

it('writes JSON as JSON', () => {
  expect(JSON.parse(amended('{"trials": 3, "objective": "minimize"}', { objective }))).toEqual({ trials: 3, objective });
  expect(amended('{"trials":3}', { objective })).toBe('{"trials":3, "objective": "minimize val_loss"}');
  expect(amended('{\n  "trials": 3,\n  "seed": 1\n}\n', { objective, metricFile: 'm.csv' })).toBe(
    '{\n  "trials": 3,\n  "seed": 1,\n  "objective": "minimize val_loss",\n  "metricFile": "m.csv"\n}\n',
  );
  expect(JSON.parse(amended('{"objectives": {"value": "minimize"}, "trials": 3}', { objective }))).toEqual({ trials: 3, objective });
});

it('replaces objectives', () => {
  const file = (objectives: string) => `# mine\n${objectives}\n\ntrials:   3 # few\n`;
  expect(amended(file('objectives: { value: minimize }'), { objective })).toBe(file('objective: minimize val_loss'));
  expect(amended(file('objectives:\n  value: minimize'), { objective })).toBe(file('objective: minimize val_loss'));
});
