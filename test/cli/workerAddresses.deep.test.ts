import { expect, it } from 'vitest';
import { freePort } from '../support/ports.ts';
import { completed, directory, expectVerified, journalOf, start, studyIn, TRAINER, until } from './support.ts';

const numbers = (place: string) =>
  completed(place)
    .map(({ trial }) => trial)
    .sort((a, b) => a - b);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const reasons = (place: string) =>
  journalOf(place)
    .flatMap(({ type, reason }) => (type === 'failed' ? [reason] : []))
    .sort();
/** Whether a process has reported the first value of a trial, so that it knows the trial and goes on for a while. */
const hasBegun = (place: string, pid: number) => journalOf(place).findLast(({ run }) => `${run}`.startsWith(`${pid}:`))?.step === 1;
const words = ['--', ...TRAINER, '--steps', '6', '--sleep', '0.1'];

it('workers over HTTP lose no trial when one is killed, one is asked to end, and their server is killed and restarted', async () => {
  const place = studyIn('trials: 24\nparallel: 6\nstrategy: random\n');
  const [port, monitor] = [await freePort(), await freePort()];
  const serve = () => start(place, 'serve', 'study.yaml', '--http', `127.0.0.1:${port}`, '--lease', '2s');
  let server = serve();
  await until(() => server.said().includes('serving at'));
  /** The first two never end a trial. */
  const work = (steps: string, ...more: string[]) =>
    start(directory(), 'worker', `http://127.0.0.1:${port}/study`, '--parallel', '2', ...more, ...words, '--steps', steps);
  const [killed, asked, last] = [work('1000'), work('1000'), work('6', '--monitor', `${monitor}`)];
  await until(() => completed(place).length >= 3);
  expect(await (await fetch(`http://127.0.0.1:${monitor}/readyz`)).json()).toMatchObject({ ready: true });
  server.child.kill('SIGTERM');
  await server.ended;
  server = serve();
  await until(() => completed(place).length >= 7);
  server.child.kill('SIGKILL');
  await server.ended;
  server = serve();
  await until(() => completed(place).length >= 10);
  killed.child.kill('SIGKILL');
  asked.child.kill('SIGTERM');
  expect(await asked.ended).toMatchObject({ code: 130, err: expect.stringMatching(/trial \d+ handed back/) });
  expect(await last.ended).toMatchObject({ code: 0, err: expect.stringContaining('the study has closed (trials)') });
  server.child.kill('SIGTERM');
  await server.ended;
  expect(numbers(place)).toEqual(upTo(24));
  expect(reasons(place)).toEqual(['lost', 'lost', 'preempted', 'preempted']);
  await expectVerified(place);
});

it('a worker works beside a run on its journal, hands its trial back, and runs the study when the run is killed', async () => {
  const place = studyIn('trials: 16\nparallel: 2\nstrategy: random\n');
  const run = start(place, 'run', 'study.yaml', ...words, '--sleep', '0.4');
  await until(() => completed(place).length >= 1);
  const worker = () => start(place, 'worker', 'study.jsonl', ...words, '--sleep', '0.4');
  const [asked, staying] = [worker(), worker()];
  await until(() => [asked, staying].every((one) => one.said().includes(' completed ')));
  await until(() => hasBegun(place, asked.child.pid!));
  asked.child.kill('SIGTERM');
  expect(await asked.ended).toMatchObject({ code: 130, err: expect.stringMatching(/trial \d+ handed back/) });
  run.child.kill('SIGKILL');
  await run.ended;
  expect(await staying.ended).toMatchObject({ code: 0, err: expect.stringContaining('this one runs it now') });
  expect(numbers(place)).toEqual(upTo(16));
  expect(new Set(reasons(place))).toEqual(new Set(['lost', 'preempted']));
  expect(reasons(place).length).toBeLessThanOrEqual(3);
  await expectVerified(place);
});
