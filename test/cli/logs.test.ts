import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, hypertide, studyIn } from './support.ts';

const TALK = 'echo "from $0 attempt $HYPERTIDE_ATTEMPT"; echo loss=0.5';

describe('the output of a study that has ended', () => {
  let place: string;
  const logs = (...args: readonly string[]) => hypertide(place, 'trial', 'logs', ...args);
  beforeAll(async () => {
    place = studyIn('strategy: random\ntrials: 2\n');
    await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', TALK, 'trial={trial}');
  });

  it('is that of the trial, byte by byte', async () => {
    const printed = 'from trial=2 attempt 1\nloss=0.5\n';
    expect(await logs('study.jsonl', '2')).toEqual({ code: 0, out: printed, err: '' });
    expect(await logs('2')).toEqual({ code: 0, out: printed, err: '' });
    expect(await logs('study.jsonl', '2', '-f')).toEqual({ code: 0, out: printed, err: '' });
    const large = 'x'.repeat(300_000);
    const path = join(place, 'study.trials/trial-2/attempt-1.log');
    appendFileSync(path, large);
    expect((await logs('study.jsonl', '2')).out).toBe(printed + large);
    writeFileSync(path, printed);
  });

  it.each([
    [['study.jsonl'], /^hypertide: trial: expected the number of a trial, got study\.jsonl/],
    [['study.jsonl', 'x'], /^hypertide: trial: expected the number of a trial, got x/],
    [['study.jsonl', '7'], /^hypertide: study\.jsonl: there is no trial 7; the last one is 2/],
    [
      ['study.jsonl', '1', '--directory', 'else'],
      /else\/trial-1\/attempt-1\.log: expected the output of trial 1, but there is no such file/,
    ],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await logs(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it('is found in another directory; an imported trial has none', async () => {
    writeFileSync(join(place, 'known.csv'), 'params.x,values.value\n0.5,0.25\n');
    await hypertide(place, 'study', 'import', 'study.jsonl', 'known.csv');
    expectRefused(await logs('study.jsonl', '3'));
    mkdirSync(join(place, 'elsewhere'));
    renameSync(join(place, 'study.trials/trial-1'), join(place, 'elsewhere/trial-1'));
    expect((await logs('study.jsonl', '1', '--directory', 'elsewhere')).out).toContain('from trial=1');
  });
});
