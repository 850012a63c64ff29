import { describe, expect, it } from 'vitest';
import { memoryLog, OptionError } from '../../../streams/core.ts';
import {
  asha,
  chain,
  createStudy,
  each,
  type Objective,
  type OptimizeOptions,
  optimize,
  pbt,
  random,
  type Trial,
  take,
} from '../../../streams/index.ts';
import { wrongOption } from '../../support/coded.ts';
import { line } from '../../support/line.ts';

const silent = ({ x }: { readonly x: number }) => x;

const reporting = ({ x }: { readonly x: number }, { report }: Trial) => {
  report(x);
  return x;
};

async function warnings(objective: Objective<{ readonly x: number }>, options: OptimizeOptions): Promise<string[]> {
  const said: string[] = [];
  await optimize(line, objective, { trials: 5, ...options, warn: (message) => void said.push(message) }).result();
  return said;
}

it('an objective that never reports gets one warning that no trial can be stopped', async () => {
  expect(await warnings(silent, { epochs: 9 })).toEqual([
    'trial 1 completed without a report, so no trial can be stopped early; call trial.report(value, step) after each epoch, or turn early stopping off',
  ]);
});

it('an objective that reports no example gets one warning that trials cannot race', async () => {
  expect(await warnings(silent, { examples: 9 })).toEqual([expect.stringMatching(/^trial 1 completed without the result of an example/)]);
});

it.each<[string, OptimizeOptions, Objective<{ readonly x: number }>]>([
  ['it reports the results of examples', {}, each([1, 2, 3], ({ x }, n) => x + n)],
  ['there is no early stopping', {}, silent],
  ['it is turned off', { epochs: 9, early: false }, silent],
  ['trials pause instead', { epochs: 9, resumes: true }, silent],
  ['the objective reports', { epochs: 9 }, reporting],
])('there is no warning if %s', async (_, options, objective) => {
  expect(await warnings(objective, options)).toEqual([]);
});

const early = chain(asha({ min: 1, max: 9 }), random());

it('a trial that is told without a report gets the warning of createStudy', async () => {
  const said: string[] = [];
  const study = createStudy(line, { strategy: early, warn: (message) => void said.push(message) });
  for (let i = 0; i < 2; i++) await study.tell((await study.ask())!.trial, i);
  await study.close();
  expect(said).toEqual([expect.stringMatching(/^trial 1 completed without a report.*call study\.report\(trial, value, step\)/)]);
});

it('imported results need no reports', async () => {
  const said: string[] = [];
  const log = memoryLog();
  const study = createStudy(line, { strategy: early, log, warn: (message) => void said.push(message) });
  await study.ready();
  await log.append({ type: 'suggested', trial: 1, attempt: 1, by: 'import', params: { x: 1 } });
  await log.append({ type: 'completed', trial: 1, values: { value: 1 } });
  const { trial } = (await study.ask())!;
  await study.report(trial, 0.5, 1);
  await study.tell(trial, 0.5);
  expect(study.trials().map(({ status }) => status)).toEqual(['completed', 'completed']);
  await study.close();
  expect(said).toEqual([]);
});

it('a study that resumes has no second warning', async () => {
  const log = memoryLog();
  expect(await warnings(silent, { epochs: 9, log })).toHaveLength(1);
  expect(await warnings(silent, { epochs: 9, log, trials: 10 })).toEqual([]);
});

it('a study whose strategy ends before the limit of trials says so', async () => {
  const ends = await warnings(silent, { strategy: chain(take(3, random())), trials: 5 });
  expect(ends).toEqual([expect.stringMatching(/^the study ended after 3 of 5 trials, as its strategy had nothing more to suggest/)]);
  expect(await warnings(silent, { strategy: take(5, random()), trials: 5 })).toEqual([]);
  expect(await warnings(silent, { strategy: take(3, random()), trials: undefined })).toEqual([]);
});

it('a resumed trial that begins again is warned of', async () => {
  const again: Objective<{ readonly x: number }> = ({ x }, { report, budget = 1 }) => {
    for (let epoch = 1; epoch <= budget; epoch++) report(x + 1 / epoch, epoch);
    return x;
  };
  const options = { strategy: chain(pbt({ population: 2, interval: 2, max: 8 }), random()), resumes: true, trials: 4 };
  expect(await warnings(again, options)).toEqual([expect.stringMatching(/^trial \d resumes trial \d at step 2, but/)]);
});

describe('a strategy that resumes trials', () => {
  const strategy = chain(pbt({ max: 9 }), random());

  it('is refused unless the study declares that its objective does', async () => {
    const refused = optimize(line, silent, { strategy, trials: 5 }).result();
    await expect(refused).rejects.toMatchObject({ name: 'OptionError', option: 'resumes' });
    await expect(refused).rejects.toThrow(wrongOption('resumes'));
    expect(() => createStudy(line, { strategy })).toThrow(OptionError);
  });

  it('is accepted with resumes', async () => {
    expect((await optimize(line, silent, { strategy, resumes: true, trials: 3 })).completed).toBeGreaterThan(2);
  });
});
