import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { outputFile } from '../../src/stores/trialFiles.ts';
import { createStudy, float, random, space } from '../../streams/index.ts';
import { tokens, users } from '../server/support.ts';
import { served } from '../streams/http/served.ts';
import { completed, directory, expectRefused, hypertide, journalOf, run, studyIn, TRAINER } from './support.ts';

const server = 'http://127.0.0.1:9';

it.each([
  ['no study', server],
  ['several studies behind HTTP', `${server}/a,b=2`],
  ['a pattern of studies behind HTTP', `${server}/team-*`],
  ['a file of several programs behind HTTP', `${server}/digits`, '--config', 'worker.yaml'],
  ['saves while a program runs, which a server over HTTP does not keep', `${server}/digits`, '--save-every', '1m'],
  ['a server that does not answer', `${server}/digits`],
  ['a name in a journal', 'study.jsonl', '--name', 'w1'],
  ['a place for checkpoints of a journal', 'study.jsonl', '--store', 'cp', '--fetch', 'cp'],
  ['a size for files that others share', 'study.jsonl', '--keep', '1GB'],
  ['a journal that is not there', 'study.jsonl'],
  ['a study file', 'study.yaml'],
])('a worker refuses %s', async (_, ...words) => {
  expectRefused(await hypertide(studyIn(), 'worker', ...words, '--', ...TRAINER));
});

describe('a worker of a study behind HTTP', () => {
  async function digits(serving: Parameters<typeof served>[1] = {}) {
    const objectives = { value: 'minimize' } as const;
    const options = { study: 'digits', strategy: random(), trials: 4, objectives, lease: 3, warn: () => {} };
    const study = createStudy(space({ x: float(0, 1) }), options);
    const { address, close } = await served({ digits: study }, serving);
    onTestFinished(async () => {
      await close();
      await study.close();
    });
    return { study, at: `${address}/digits` };
  }

  it('runs its program for each trial, with the token of a trainer, and ends with the study', async () => {
    const place = directory();
    const { study, at } = await digits({ users });
    writeFileSync(join(place, 'token'), `${tokens.w1}\n`);
    const { code, err } = await hypertide(place, 'worker', at, '--token', 'token', '--parallel', '2', '--', ...TRAINER);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('the study has closed (trials)') });
    expect(study.trials().map(({ status, step }) => [status, step])).toEqual(Array(4).fill(['completed', 2]));
    expect(readFileSync(outputFile(join(place, 'digits.trials'), 1, 1), 'utf8')).toContain('from step 0');
  });

  it('stops what the study stops, and has no right with another token', async () => {
    const place = directory();
    const { study, at } = await digits({ users });
    writeFileSync(join(place, 'token'), tokens.board);
    expect(await hypertide(place, 'worker', at, '--token', 'token', '--', ...TRAINER)).toMatchObject({
      code: 2,
      err: expect.stringContaining('role'),
    });
    writeFileSync(join(place, 'token'), tokens.w2);
    const cancelling = study.entries$.subscribe(({ effect, fact }) => {
      if (effect === 'reported' && fact.trial === 2) void study.cancel(2).catch(() => {});
    });
    await hypertide(place, 'worker', at, '--token', 'token', '--', ...TRAINER, '--steps', '50', '--sleep', '0.02');
    cancelling.unsubscribe();
    expect(study.trials().map(({ status }) => status)).toEqual(['completed', 'stopped', 'completed', 'completed']);
    expect(study.trials()[1]!.step).toBeLessThan(50);
  });
});

it('a worker of a journal runs its study, from where it was', async () => {
  const place = studyIn('trials: 2\nstrategy: random\n');
  await run(place);
  expect((await hypertide(place, 'change', 'study.jsonl', '--trials', '+3')).code).toBe(0);
  const { code, err } = await hypertide(place, 'worker', 'study.jsonl', '--parallel', '2', '--', ...TRAINER);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('trial 5 completed') });
  expect(completed(place)).toHaveLength(5);
  expect(journalOf(place).filter(({ type }) => type === 'failed')).toEqual([]);
});
