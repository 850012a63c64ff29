import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectRefused, hypertide, journalOf, studyIn } from './support.ts';

/** Writes a shell script as the trainer: $1 is x, $2 the number of the trial. */
function trainer(place: string, script: string): readonly string[] {
  writeFileSync(join(place, 'train.sh'), script);
  return ['--', 'sh', join(place, 'train.sh'), '{x}', '{trial}'];
}
const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);

const TABLE = `mkdir -p runs/$2; echo "epoch,loss,acc" > runs/$2/m.csv; for e in 1 2; do echo "$e,$e.5,0.9" >> runs/$2/m.csv; echo "loss=99"; done`;

it('takes reports and the result from a table, and ignores the output', async () => {
  const place = studyIn('trials: 2\nparallel: 2\nobjective: minimize loss\nmetricFile: runs/{trial}/m.csv\n');
  const ended = await hypertide(place, 'run', 'study.yaml', ...trainer(place, TABLE));
  expect(ended.code, ended.err).toBe(0);
  for (const trial of [1, 2])
    expect(of(place, 'reported').filter((line) => line.trial === trial)).toMatchObject([
      { step: 1, values: { loss: 1.5 }, metrics: { acc: 0.9 } },
      { step: 2, values: { loss: 2.5 } },
    ]);
  expect(of(place, 'completed').map(({ values }) => values)).toEqual([{ loss: 2.5 }, { loss: 2.5 }]);
});

it('takes the result from an object that the program writes at its end', async () => {
  const place = studyIn('trials: 1\nobjective: maximize accuracy\nmetricFile: metrics.json\n');
  const script = 'echo \'{"checkpoint": "a.pt"}\'; echo "{\\"train\\": {\\"loss\\": 1}, \\"accuracy\\": 0.75}" > metrics.json';
  const ended = await hypertide(place, 'run', 'study.yaml', ...trainer(place, script));
  expect(ended.code, ended.err).toBe(0);
  expect(of(place, 'completed')).toMatchObject([{ values: { accuracy: 0.75 }, metrics: { 'train/loss': 1 }, checkpoint: 'a.pt' }]);
});

it('reads the file while the program runs', async () => {
  const place = studyIn('trials: 1\nobjective: minimize loss\nmetricFile: m.csv\n');
  const script = 'echo "epoch,loss" > m.csv; for e in 1 2 3; do echo "$e,nan" >> m.csv; done; while true; do sleep 0.1; done';
  const ended = await hypertide(place, 'run', 'study.yaml', ...trainer(place, script));
  expect(ended.code).toBe(7);
  expect(of(place, 'failed')).toMatchObject([{ reason: 'non-finite', message: 'the report of step 3: loss is not finite' }]);
});

it('reports what is missing in a file', async () => {
  const place = studyIn('trials: 1\nobjective: minimize val_loss\nmetricFile: m.json\n');
  const none = await hypertide(place, 'run', 'study.yaml', ...trainer(place, 'echo val_loss=0.3'));
  expect(none.err).toContain('exited 0 without a result: m.json has no values by name; write {"val_loss": 0.38} into it');
  const other = await hypertide(place, 'run', 'study.yaml', '--journal', 'b.jsonl', ...trainer(place, 'echo "{\\"loss\\": 1}" > m.json'));
  expect(other.err).toContain('expected val_loss, but m.json has loss=1; write "objective: minimize loss" in the study file');
});

it('refuses one file for several trials at a time', async () => {
  const place = studyIn('trials: 2\nparallel: 2\nmetricFile: m.json\n');
  expectRefused(await hypertide(place, 'run', 'study.yaml', ...trainer(place, TABLE)));
  const other = studyIn('metricFile: "{trail}.json"\n');
  expectRefused(await hypertide(other, 'run', 'study.yaml', ...trainer(other, TABLE)));
});

it('check names the file', async () => {
  const place = studyIn('objective: minimize loss\nmetricFile: runs/{trial}/m.csv\n');
  const { code, out } = await hypertide(place, 'check', 'study.yaml', ...trainer(place, TABLE));
  expect(code, out).toBe(0);
  expect(out).toMatch(/^value +loss = 2\.5$/m);
  expect(out).toMatch(/^read from +runs\/1\/m\.csv$/m);
  expect(out).toMatch(/^steps +1, 2$/m);
});
