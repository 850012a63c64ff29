import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProgram } from '../../src/programs/startProgram.ts';
import { parseTemplate } from '../../src/programs/template.ts';
import { expectRefused, hasTrace, hypertide, journalOf, studyIn, withoutSums } from './support.ts';

const sh = (script: string) => ['--', 'sh', '-c', script];
const quick = sh('echo value={x}');
const completedIn = (place: string) =>
  journalOf(place)
    .filter(({ type }) => type === 'completed')
    .map(({ trial }) => trial)
    .sort((a, b) => a - b);

describe('a run', () => {
  it('accepts whatever a program prints or does', async () => {
    const place = studyIn('trials: 9\nparallel: 3\n');
    writeFileSync(
      join(place, 'trainer.sh'),
      `case $1 in
        2) echo value=NaN;;
        3) echo '{"step": 1, "value": Infinity}';;
        4) echo 'step=-1 value=3'; echo value=4;;
        5) exit 3;;
        6) echo 'boom' >&2; kill -9 $$;;
        7) echo value=high;;
        8) echo step=5 value=1; echo step=2 value=2;;
        9) echo rubbish; echo '{"value": '; cat "$2";;
        *) echo value=1;;
      esac`,
    );
    const noise = join(place, 'noise');
    writeFileSync(noise, Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256))); // random bytes may hold `k=39`
    const ended = await hypertide(place, 'run', 'study.yaml', '--', 'sh', join(place, 'trainer.sh'), '{trial}', noise);
    expect(ended.code).toBe(0);
    expect(hasTrace(ended)).toBe(false);
    expect(completedIn(place)).toEqual([1, 4, 8]);
    for (const line of [
      'failed (no-result: exited 0 without a result: it printed no line that names a value; print a line such as "loss=0.38"', // trial 7 or 9
      'trial 2 failed (non-finite: the result: value is not finite)',
      'trial 3 failed (non-finite: the report of step 1: value is not finite)',
      'trial 4: the report of step -1: expected a step that is a whole number from 0 on',
      'trial 5 failed (error: exited with code 3)',
      'trial 6 failed (error: killed by SIGKILL: boom)',
      'trial 7: the result: expected a number for value, got "high"',
      'trial 8: expected a step after 5, which it reported last, got 2',
    ]) {
      expect(ended.err).toContain(line);
    }
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  });

  it('writes no journal outside its folder, or into something that is not a file', async () => {
    const place = studyIn('');
    writeFileSync(join(place, 'evil.yaml'), `${readFileSync(join(place, 'study.yaml'), 'utf8')}name: ../../evil\n`);
    expectRefused(await hypertide(place, 'run', 'evil.yaml', ...quick));
    for (const path of ['/dev/null', '.']) {
      const ended = await hypertide(place, 'run', 'study.yaml', '--journal', path, ...quick);
      expectRefused(ended);
    }
  });

  it('begins no journal with a strategy that does not suit the study', async () => {
    const place = studyIn('strategy: ga\nobjectives: { value: minimize, size: minimize }\n');
    const ended = await hypertide(place, 'run', 'study.yaml', ...quick);
    expect(ended).toEqual({ code: 1, out: '', err: 'hypertide: ga compares trials by one objective; this study has several\n' });
    expect(existsSync(join(place, 'study.jsonl'))).toBe(false);
  });

  it('suggests deleting the journal of another study if it has no result', async () => {
    const place = studyIn('trials: 1\n');
    await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'exit 1', '{x}');
    const { code, err } = await hypertide(otherSeed(place), 'run', 'study.yaml', ...quick);
    expect(code).toBe(2);
    expect(err).toContain('(name its file with --journal; it holds no result, so you can also delete it, and ');
  });

  it('reports in one line that the journal belongs to another study, and how the next one learns from it', async () => {
    const place = studyIn('trials: 2\n');
    await hypertide(place, 'run', 'study.yaml', ...quick);
    const { code, out, err } = await hypertide(otherSeed(place), 'run', 'study.yaml', ...quick);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n').filter((line) => line !== '' && !line.startsWith('resuming'))).toEqual([
      'hypertide: study.jsonl: the log belongs to another study: seed is "7" in the log, but "8" here; undo the change, or begin another study in another log, and name this one as earlier (name its file with --journal, and this one in the study file: "earlier: [study.jsonl]")',
    ]);
  });
});

it('a trial whose own files cannot be written is lost, not failed', async () => {
  const place = studyIn('');
  const file = join(place, 'study.yaml');
  const paths = { params: join(file, 'params.json'), checkpoints: join(file, 'saved'), log: join(file, 'log') };
  const job = { study: 's', trial: 1, attempt: 1, slot: 0, params: { x: 1 }, paths };
  const { done } = startProgram(job, { command: parseTemplate(['true'], ['x']), objectives: ['value'] });
  expect(await done).toMatchObject({ type: 'failed', reason: 'lost', message: expect.stringContaining('ENOTDIR') });
});

it('trials --json shows the strategy that suggested a trial, and its tags', async () => {
  const place = studyIn('trials: 1\nstrategy: random\n');
  await hypertide(place, 'run', 'study.yaml', ...quick);
  const path = join(place, 'study.jsonl');
  writeFileSync(path, withoutSums(readFileSync(path, 'utf8')).replace('"by":"random"', '"by":"random","tags":{"half":"left"}'));
  const { out } = await hypertide(place, 'trials', 'study.jsonl', '--json');
  expect(JSON.parse(out)).toMatchObject([{ by: 'random', tags: { half: 'left' } }]);
});

/** The study of a place with another seed. */
function otherSeed(place: string): string {
  const path = join(place, 'study.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('seed: 7', 'seed: 8'));
  return place;
}
