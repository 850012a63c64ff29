import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { completed, expectVerified, hypertide, journalOf, run, start, studyIn, TRAINER, until } from './support.ts';

const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);

it('a run resumes after a kill at any moment with the same result, without losing a finished trial', async () => {
  // With a strategy that does not depend on the order in which parallel trials end.
  const place = studyIn('trials: 8\nparallel: 2\nattempts: 20\nstrategy: random\n');
  const finished: unknown[] = [];
  for (const enough of [2, 4, 6]) {
    const { child, ended } = start(place, 'run', 'study.yaml', '--', ...TRAINER, '--sleep', '0.05');
    await until(() => completed(place).length >= enough);
    child.kill('SIGKILL');
    await ended;
    const now = completed(place).map(({ trial }) => trial);
    expect(now).toEqual(expect.arrayContaining(finished));
    finished.splice(0, finished.length, ...now);
  }
  const ended = await run(place);
  expect(ended.code, ended.err).toBe(0);
  expect(new Set(completed(place).map(({ trial }) => trial))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  const whole = studyIn('trials: 8\nparallel: 2\nattempts: 20\nstrategy: random\n');
  await run(whole);
  const tried = (where: string) =>
    journalOf(where)
      .filter(({ type, attempt }) => type === 'suggested' && attempt === 1)
      .map(({ params }) => params);
  expect(tried(place)).toEqual(tried(whole));
  await expectVerified(place);
});

it('a run ends at Ctrl-C with its programs, and the same command resumes from their checkpoints', async () => {
  const place = studyIn('trials: 3\nparallel: 2\n');
  const args = ['run', 'study.yaml', '--', ...TRAINER, '--steps', '9', '--hold', '6'];
  const started = start(place, ...args);
  await until(() => journalOf(place).filter(({ type, step }) => type === 'reported' && step === 5).length >= 2);
  started.child.kill('SIGINT');
  const ended = await started.ended;
  expect(ended.code, ended.err).toBe(130);
  expect(ended.err).toContain('ending 2 running trials');
  expect(ended.err).toContain(`to resume: hypertide run study.yaml -- sh ${TRAINER[1]} --x {x} --steps 9 --hold 6`);
  expect(existsSync(join(place, 'study.jsonl.lock'))).toBe(false);
  const preempted = journalOf(place).filter(({ type }) => type === 'failed');
  expect(preempted).toMatchObject([
    { reason: 'preempted', checkpoint: expect.stringContaining('trial-') },
    { reason: 'preempted', checkpoint: expect.stringContaining('trial-') },
  ]);

  writeFileSync(join(place, 'go'), '');
  const again = await hypertide(place, ...args);
  expect(again.code, again.err).toBe(0);
  expect(again.err).toContain('resuming');
  const log = readFileSync(join(place, `study.trials/trial-${preempted[0]!.trial}/attempt-2.log`), 'utf8');
  expect(log).toContain('from step 5');
  expect(completed(place)).toHaveLength(3);
  await expectVerified(place);
});

it('a run gives each attempt its own directory, and the checkpoint of the last one', async () => {
  const place = studyIn('trials: 1\n');
  const script = `ls "$HYPERTIDE_CHECKPOINT_DIR" | wc -l; echo "from $(cat "$HYPERTIDE_CHECKPOINT/saved" 2>/dev/null)"
    echo {attempt} > "$HYPERTIDE_CHECKPOINT_DIR/saved"; [ {attempt} -ge 4 ] && echo value=1 && exit; echo step={attempt} value=1; sleep 600`;
  const args = ['run', 'study.yaml', '--', 'sh', '-c', script];
  const reported = (step: number) => journalOf(place).some((line) => line.type === 'reported' && line.step === step);
  for (const [attempt, signal] of [
    [1, 'SIGKILL'],
    [2, 'SIGINT'],
    [3, 'SIGKILL'],
  ] as const) {
    const { child, ended } = start(place, ...args);
    await until(() => reported(attempt));
    child.kill(signal);
    await ended;
  }
  expect((await hypertide(place, ...args)).code).toBe(0);
  const log = (attempt: number) =>
    readFileSync(join(place, `study.trials/trial-1/attempt-${attempt}.log`), 'utf8')
      .split('\n')
      .slice(0, 2);
  expect([1, 2, 3, 4].map(log)).toEqual([
    ['0', 'from '],
    ['0', 'from 1'],
    ['0', 'from 2'],
    ['0', 'from 3'],
  ]);
});

it('after a kill, an attempt that appends to a file of metrics reports only its own rows', async () => {
  const place = studyIn('trials: 1\nobjective: minimize loss\nmetricFile: m.csv\n');
  const script = `
    test -f m.csv || echo "epoch,loss" > m.csv
    if [ "$HYPERTIDE_ATTEMPT" = 1 ]; then echo "1,0.5" >> m.csv; while true; do sleep 0.1; done; fi
    echo "2,0.4" >> m.csv`;
  writeFileSync(join(place, 'train.sh'), script);
  const words = ['run', 'study.yaml', '--', 'sh', 'train.sh', '{x}'];
  const first = start(place, ...words);
  await until(() => of(place, 'reported').length > 0);
  first.child.kill('SIGKILL');
  await first.ended;
  const ended = await hypertide(place, ...words);
  expect(ended.code, ended.err).toBe(0);
  const runs = of(place, 'started').map(({ run }) => run);
  expect(of(place, 'reported').map(({ step, run }) => [step, runs.indexOf(run)])).toEqual([
    [1, 0],
    [2, 1],
  ]);
  expect(readFileSync(join(place, 'm.csv'), 'utf8')).toBe('epoch,loss\n1,0.5\n2,0.4\n');
  expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
});
