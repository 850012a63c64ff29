import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/ports.ts';
import { completed, journalOf, start, studyIn, until } from './support.ts';

const TRAINER = ['sh', '-c', 'for e in 1 2 3 4 5; do sleep 0.1; echo "epoch=$e value={x}"; done'];

/** The process that has a journal. */
const ownerOf = (place: string): number => JSON.parse(readFileSync(join(place, 'study.jsonl.lock'), 'utf8')).pid;
const startedBy = (place: string, pid: number) =>
  journalOf(place).filter(({ type, run }) => type === 'started' && `${run}`.startsWith(`${pid}:`));

it('four runs share a study, of which nothing is lost when the one that runs it is killed', async () => {
  const place = studyIn('trials: 40\nparallel: 2\n');
  const runs = [1, 2, 3, 4].map(() => start(place, 'run', 'study.yaml', '--', ...TRAINER));
  await until(() => runs.every(({ child }) => startedBy(place, child.pid!).length > 1));
  const owner = runs.find(({ child }) => child.pid === ownerOf(place))!;
  const others = runs.filter((one) => one !== owner);
  await until(() => others.every(({ said }) => said().includes(`joined the study, which process ${owner.child.pid} runs`)));
  const killed = Date.now();
  owner.child.kill('SIGKILL');
  const ends = await Promise.all(others.map(({ ended }) => ended));
  expect(
    ends.map(({ code }) => code),
    ends[0]!.err,
  ).toEqual([0, 0, 0]);
  expect(ends.filter(({ err }) => err.includes('this one runs it now'))).toHaveLength(1);
  for (const { err } of ends) expect(err).toContain('all trials are done');
  const trials = completed(place).map(({ trial }) => trial);
  expect([trials.length, new Set(trials).size]).toEqual([40, 40]); // each once
  const failed = journalOf(place).filter(({ type }) => type === 'failed');
  expect(failed.length).toBeLessThan(3); // those of the process that was killed
  expect(new Set(failed.map(({ reason }) => reason))).toEqual(new Set(['lost']));
  const next = journalOf(place).find(({ type, at }) => type === 'started' && (at as number) > killed)!;
  expect((next.at as number) - killed).toBeLessThan(3000);
});

it('a run joins a study that a server runs, and hands its trials back when it is interrupted', async () => {
  const place = studyIn('trials: 100\n');
  const port = await freePort();
  const server = start(place, 'serve', 'study.yaml', '--http', `${port}`);
  await until(() => server.said().includes('serving at'));
  const { child, ended, said } = start(place, 'run', 'study.yaml', '--parallel', '3', '--', ...TRAINER);
  await until(() => completed(place).length > 5);
  expect(said()).toContain(`joined the study, which process ${server.child.pid} runs`);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  const runs = (...types: string[]) => journalOf(place).flatMap(({ type, run }) => (types.includes(type) ? (run ?? []) : []));
  expect(new Set(runs('completed', 'failed'))).toEqual(new Set(runs('started')));
  await until(() => journalOf(place).filter(({ joined }) => joined !== undefined).length > 1);
  expect(journalOf(place).flatMap(({ joined }) => joined ?? [])).toEqual([3, 0]);
  server.child.kill('SIGINT');
  await server.ended;
});
