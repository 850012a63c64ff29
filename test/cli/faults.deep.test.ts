import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { completed, hypertide, journalOf, start, studyIn, until } from './support.ts';

const program = command;
const sh = (script: string) => ['--', 'sh', '-c', script];
const quick = sh('echo value={x}');
/** The trials that are completed, in the order of their numbers. */
const completedIn = (place: string) =>
  completed(place)
    .map(({ trial }) => trial)
    .sort((a, b) => a - b);

it('a run accepts the reports of a second attempt, and prints the command that resumes the study', async () => {
  const place = studyIn('trials: 2\nparallel: 2\ngrace: 1\n');
  const words = [
    'run',
    'study.yaml',
    '--fsync',
    'never',
    ...sh('for i in 1 2 3; do echo step=$i value=$i; done; test {attempt} = 2 || sleep 30'),
  ];
  const { child, ended } = start(place, ...words);
  await until(() => journalOf(place).filter(({ type }) => type === 'reported').length === 6);
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain("to resume: hypertide run study.yaml --fsync never -- sh -c 'for i in");
  const again = await hypertide(place, ...words);
  expect(again.code).toBe(0);
  expect(again.err).not.toContain('does not count');
  expect(completedIn(place)).toEqual([1, 2]);
});

it('a run that reaches the size limit of files ends with one line, without losing a finished trial', async () => {
  const place = studyIn('trials: 60\n');
  const words = [...program, 'run', 'study.yaml', ...quick];
  const { status, stderr } = spawnSync('bash', ['-c', 'ulimit -f 8; "$@"', 'bash', ...words], { cwd: place, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr.match(/^hypertide: .*$/gm)).toEqual([expect.stringContaining('study.jsonl: could not append (EFBIG')]);
  const kept = completedIn(place);
  expect(kept.length).toBeGreaterThan(5);
  expect((await hypertide(place, 'run', 'study.yaml', ...quick)).code).toBe(0);
  expect(completedIn(place)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
});

it('a run loses nothing if its journal is replaced or removed meanwhile, and its exit status shows it', async () => {
  for (const harm of ['cp study.jsonl copy && mv copy study.jsonl', 'rm study.jsonl']) {
    const place = studyIn('trials: 12\nparallel: 1\n');
    const { ended } = start(place, 'run', 'study.yaml', ...sh('[ {trial} -lt 6 ] || until [ -e go ]; do sleep 0.02; done; echo value={x}'));
    await until(() => completedIn(place).length >= 4);
    spawnSync('sh', ['-c', harm], { cwd: place });
    writeFileSync(join(place, 'go'), '');
    const { code, err } = await ended;
    expect(code).toBe(5);
    expect(err).toMatch(/study\.jsonl was (replaced|removed).* while the study was running: it continues in \S*study\.jsonl\.1/);
    expect(err).toContain('study.jsonl.1, the output of the trials in');
    expect(journalOf(place, 'study.jsonl.1').filter(({ type }) => type === 'completed')).toHaveLength(12);
    expect((await hypertide(place, 'verify', 'study.jsonl.1')).code).toBe(0);
  }
});

it('a run ends when its time is up, and the same command gets the full time again', async () => {
  const place = studyIn('trials: 1000\nseconds: 0.7\n');
  const slow = sh('sleep 0.1; echo value={x}');
  const more = async () => {
    const before = completedIn(place).length;
    expect((await hypertide(place, 'run', 'study.yaml', ...slow)).err).toContain('the time is up');
    return completedIn(place).length > before;
  };
  while (!(await more())); // a slow machine may complete no trial in its time
  while (!(await more()));
  expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
});

it('output to a closed pipe ends quietly, output to a full disk with an error', async () => {
  const place = studyIn('trials: 3\n');
  await hypertide(place, 'run', 'study.yaml', ...quick);
  const words = [...program, 'export', 'study.jsonl'];
  const bash = (script: string) => spawnSync('bash', ['-c', script, 'bash', ...words], { cwd: place, encoding: 'utf8' });
  const piped = bash('set -o pipefail; "$@" | head -c 1');
  expect({ status: piped.status, out: piped.stdout, err: piped.stderr }).toEqual({ status: 0, out: '{', err: '' });
  if (!existsSync('/dev/full')) return;
  const full = bash('"$@" > /dev/full');
  expect(full.status).toBe(1);
  expect(full.stderr).toMatch(/^hypertide: .*ENOSPC.*\n$/);
});
