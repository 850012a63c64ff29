import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hypertide, journalOf, studyIn } from './support.ts';

/** Runs a study with a shell script as its trainer: $1 is x, $2 the number of the trial. */
function run(place: string, script: string, ...flags: readonly string[]) {
  writeFileSync(join(place, 'train.sh'), script);
  return hypertide(place, 'run', 'study.yaml', ...flags, '--', 'sh', join(place, 'train.sh'), '{x}', '{trial}', '{study}');
}
const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);
const times = (text: string, part: string) => text.split(part).length - 1;
const EPOCHS = 'for e in 1 2 3; do echo "epoch=$e loss=$1 accuracy=0.5"; done';

describe('a study that does not name its value', () => {
  it('takes the loss that an ordinary script prints, prints its name once, and remembers it', async () => {
    const place = studyIn('trials: 3\n');
    const ended = await run(place, EPOCHS);
    expect(ended.code, ended.err).toBe(0);
    expect(times(ended.err, 'the result is loss, as the names of the printed values say')).toBe(1);
    expect(of(place, 'completed').map(({ values }) => values)).toEqual(
      of(place, 'suggested').map(({ params }) => ({ value: (params as { x: number }).x })),
    );
    expect(
      of(place, 'reported')
        .filter(({ metric }) => metric === 'loss')
        .map(({ step }) => step),
    ).toEqual([1, 1, 1]);
    expect(of(place, 'suggested').map(({ metric }) => metric)).toEqual([undefined, 'loss', 'loss']);

    await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
    const again = await run(place, 'echo "loss=$1 val_loss=9"'); // two candidates, but the study remembers the name
    expect(again.code, again.err).toBe(0);
    expect(again.err).not.toContain('the result is loss');
    expect((of(place, 'completed')[3]!.values as { value: number }).value).toBeLessThan(1);
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  });

  it('fails a trial that prints several, and continues when the file names one', async () => {
    const place = studyIn('trials: 1\n');
    const both = 'echo "Epoch 1/1"; echo "val_mae: 0.4 - val_rmse: $1"';
    const ended = await run(place, both);
    expect(ended.code).toBe(8);
    expect(ended.err).toContain('several could be the result: minimize val_mae (0.4), minimize val_rmse (0.');
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+2');
    studyIn('trials: 1\nobjective: minimize val_rmse\n', place);
    const again = await run(place, both);
    expect(again.code, again.err).toBe(0);
    expect(of(place, 'completed').map(({ metric }) => metric)).toEqual(Array(3).fill('val_rmse')); // the failed one does not count
    studyIn('trials: 1\nobjective: minimize val_mae\n', place);
    const other = await run(place, both);
    expect(other.code).toBe(2);
    expect(other.err).toContain('study.jsonl: its results are values of val_rmse, not of val_mae; begin another study with --journal');
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  });

  it('forgets a name if a value on better data follows it', async () => {
    const place = studyIn('trials: 3\n');
    for (const _ of [1, 2]) {
      const ended = await run(place, `${EPOCHS}; echo "Test accuracy: $1"`);
      expect([ended.code, of(place, 'completed').length]).toEqual([8, 0]);
      expect(ended.err).toContain('write "objective: maximize test_accuracy" in the study file');
    }
  });
});

it('"objective: minimize NAME" names the objective', async () => {
  const place = studyIn('trials: 1\nobjective: minimize val_loss\n');
  await run(place, 'echo "loss: 0.4 - val_loss: 0.5"');
  const created = { objectives: [{ name: 'val_loss', direction: 'minimize' }] };
  expect(of(place, 'created')).toMatchObject([created, created]);
  expect(of(place, 'completed')).toMatchObject([{ values: { val_loss: 0.5 }, metrics: { loss: 0.4 } }]);
});

it('"result: best" takes the best value of a run', async () => {
  const place = studyIn('trials: 1\nobjective: minimize loss\nresult: best\n');
  await run(place, 'for v in 5 3 4; do echo "loss: $v"; done');
  expect(of(place, 'completed')).toMatchObject([{ values: { loss: 3 } }]);
});

it('warns that nothing can be stopped if the first trial ends without a report', async () => {
  const stops = 'trials: 3\nstrategy: { chain: [{ percentileStop: { warmup: 1 } }, random] }\n';
  const silent = await run(studyIn(stops), 'echo loss=$1');
  expect(silent.code, silent.err).toBe(0);
  expect(
    times(silent.err, 'trial 1 ended without a report, so no trial can be stopped early; print a line such as "epoch=3 loss=0.41"'),
  ).toBe(1);
  expect(times(silent.err, 'without a report')).toBe(1);
  expect((await run(studyIn(stops), EPOCHS)).err).not.toContain('without a report');
  const asha = (options: string) => `trials: 2\nstrategy: { chain: [{ asha: { min: 1, max: 9${options} } }, random] }\n`;
  expect((await run(studyIn(asha('')), 'echo loss=$1')).err).toContain('trial 1 ended without a report');
  expect((await run(studyIn(asha(', pause: true')), 'echo loss=$1')).err).not.toContain('without a report');
  expect((await run(studyIn('trials: 3\n'), 'echo loss=$1')).err).not.toContain('without a report');
});

it('warns once of reports beyond the budget of a trial', async () => {
  const place = studyIn('trials: 3\nresumes: true\nstrategy: { chain: [{ asha: { min: 1, max: 9, pause: true } }, random] }\n');
  const ended = await run(place, EPOCHS);
  expect(ended.code, ended.err).toBe(0);
  expect(times(ended.err, 'trial 1 reported step 2, beyond its budget of 1')).toBe(1);
  expect(times(ended.err, 'beyond its budget')).toBe(1);
});
