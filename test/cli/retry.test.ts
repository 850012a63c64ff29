import { expect, it } from 'vitest';
import { expectRefused, hypertide, journalOf, studyIn } from './support.ts';

const run = (place: string, script: string) => hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', script, 'sh', '{x}', '{trial}');
const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);
const xs = (place: string, type: string) => of(place, type).map(({ params }) => (params as { x: number }).x);

it('failed trials of a study that is done are tried again, once', async () => {
  const place = studyIn('trials: 4\n');
  await run(place, 'if [ $2 = 2 ] || [ $2 = 3 ]; then exit 1; fi; echo value=$1');
  expect(of(place, 'failed')).toHaveLength(2);
  const said = await hypertide(place, 'trial', 'retry', 'study.jsonl');
  expect(said).toMatchObject({
    code: 0,
    err: 'trials 2, 3 are tried again, and no longer count themselves; to start, repeat the command that ran the study\n',
  });
  const again = await run(place, 'echo value=$1');
  expect(again.code, again.err).toBe(0);
  expect(of(place, 'completed')).toHaveLength(4);
  expect(
    of(place, 'changed').map(({ uncounted, limits }) => ({ uncounted, limits })),
    'the limit stays',
  ).toEqual([{ uncounted: [2] }, { uncounted: [3] }]);
  const suggested = xs(place, 'suggested');
  expect(suggested.slice(4)).toEqual([suggested[1], suggested[2]]);
  expectRefused(await hypertide(place, 'trial', 'retry', 'study.jsonl'));
  expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
});

it('trials of a broken program do not count twice', async () => {
  const place = studyIn('trials: 5\n');
  const broken = await run(place, 'exit 1');
  expect(broken.err).toContain('"hypertide trial retry study.jsonl" tries them again');
  expect(broken.err, 'the change is stored before the study is let go').not.toContain('reopen');
  expect(of(place, 'changed').at(-1)).toMatchObject({ uncounted: [1, 2, 3] });
  await hypertide(place, 'trial', 'retry', 'study.jsonl');
  await run(place, 'echo value=$1');
  expect(of(place, 'completed')).toHaveLength(5);
  expect(new Set(xs(place, 'suggested')).size).toBe(5);
});

it('a trial may be named, if it failed', async () => {
  const place = studyIn('trials: 2\n');
  await run(place, 'if [ $2 = 1 ]; then echo \'{{"infeasible": true}}\'; else echo value=1; fi');
  expect((await hypertide(place, 'trial', 'retry', 'study.jsonl')).code).toBe(2);
  expect((await hypertide(place, 'trial', 'retry', 'study.jsonl', '2')).err).toBe(
    'hypertide: trial 2: expected a trial that failed, but it is completed\n',
  );
  expectRefused(await hypertide(place, 'trial', 'retry', 'study.jsonl', '7'));
  expect((await hypertide(place, 'trial', 'retry', 'study.jsonl', '1')).err).toMatch(/^trials 1 are tried again/);
});
