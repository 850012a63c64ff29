import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Ended } from '../support/started.ts';
import { hypertide, journalOf, start, studyIn, until } from './support.ts';

it('an open trial is followed through its attempts until it ends', async () => {
  const place = studyIn('strategy: random\ntrials: 1\nretryErrors: true\n');
  const step = (name: string) => `while ! test -e ${name}; do sleep 0.02; done`;
  const program = `echo "from $0 attempt $HYPERTIDE_ATTEMPT"; echo loss=0.5; echo started > started; ${step('go')}; echo more; test $HYPERTIDE_ATTEMPT = 2`;
  const running = start(place, 'run', 'study.yaml', '--', 'sh', '-c', program, 'sh');
  await until(() => journalOf(place).some(({ type }) => type === 'started'));
  const follower = start(place, 'trial', 'logs', 'study.jsonl', '1', '--follow');
  let heard = '';
  follower.child.stdout!.on('data', (text: string) => {
    heard += text;
  });
  await until(() => heard.includes('attempt 1'));
  expect(heard).not.toContain('more');
  expect((await hypertide(place, 'trial', 'logs', 'study.jsonl', '1')).out).toBe('from sh attempt 1\nloss=0.5\n'); // without -f, it ends
  writeFileSync(join(place, 'go'), '');
  const ended: Ended = await follower.ended;
  expect(ended).toEqual({
    code: 0,
    out: 'from sh attempt 1\nloss=0.5\nmore\nfrom sh attempt 2\nloss=0.5\nmore\n',
    err: 'attempt 2\n',
  });
  expect((await running.ended).code).toBe(0);
  expect((await hypertide(place, 'trial', 'logs', 'study.jsonl', '1')).out).toBe('from sh attempt 2\nloss=0.5\nmore\n'); // the last attempt
  expect(readFileSync(join(place, 'study.trials/trial-1/attempt-1.log'), 'utf8')).toContain('attempt 1');
});

it('Ctrl-C ends --follow with status 130', async () => {
  const place = studyIn('strategy: random\ntrials: 1\n');
  const running = start(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo waiting; sleep 60', 'sh');
  await until(() => journalOf(place).some(({ type }) => type === 'started'));
  const follower = start(place, 'trial', 'logs', 'study.jsonl', '1', '-f');
  let heard = '';
  follower.child.stdout!.on('data', (text: string) => {
    heard += text;
  });
  await until(() => heard.includes('waiting'));
  follower.child.kill('SIGINT');
  expect(await follower.ended).toMatchObject({ code: 130, out: 'waiting\n', err: '' });
  running.child.kill('SIGTERM');
  await running.ended;
});
