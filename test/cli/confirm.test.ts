import { expect, it } from 'vitest';
import { expectRefused, hypertide, journalOf, studyIn } from './support.ts';

const run = (place: string, script: string) => hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', script, 'sh', '{x}', '{trial}');
const xs = (place: string, type: string) =>
  journalOf(place)
    .filter((line) => line.type === type)
    .map(({ params }) => (params as { x: number }).x);
/** Values that grow with the number of the trial, so that the first trials are best and a model learns nothing from them. */
const BY_NUMBER = 'echo value=$2';

it('the best configurations of a study that is done are tried again, in rounds', async () => {
  const place = studyIn('trials: 6\n');
  await run(place, BY_NUMBER);
  const { err } = await hypertide(place, 'trial', 'confirm', 'study.jsonl', '--top', '2', '--times', '3');
  const [, ...trials] = /^the configurations of trials (\d), (\d): 3 more each/.exec(err)!.map(Number) as number[];
  const again = await run(place, BY_NUMBER);
  expect(again.code, again.err).toBe(0);
  const suggested = xs(place, 'suggested');
  const chosen = trials.map((trial) => suggested[trial - 1]);
  expect(suggested.slice(6)).toEqual([...chosen, ...chosen, ...chosen]);
  const [repeated] = (await hypertide(place, 'best', 'study.jsonl')).err.split('\n');
  expect(repeated).toMatch(/ one time in two, and /);
  expect(again.err).toContain(repeated);
  expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
});

it('a configuration counts once, and says when it is tried', async () => {
  const place = studyIn('trials: 3\n');
  await run(place, BY_NUMBER);
  await hypertide(place, 'trial', 'confirm', 'study.jsonl', '--top', '1', '--times', '2');
  await run(place, BY_NUMBER);
  const said = await hypertide(place, 'trial', 'confirm', 'study.jsonl', '--top', '9', '--times', '1');
  expect(said.err).toMatch(
    /^the configurations of trials \d, \d, \d: 1 more each, when the study is run: repeat the command that ran it\n$/,
  );
});

it('needs a completed trial, and one objective', async () => {
  const place = studyIn('trials: 2\n');
  await run(place, 'exit 1');
  expectRefused(await hypertide(place, 'trial', 'confirm', 'study.jsonl'));
  const several = studyIn('trials: 2\nobjectives: { a: minimize, b: minimize }\n');
  await run(several, 'echo a=1 b=2');
  expectRefused(await hypertide(several, 'trial', 'confirm', 'study.jsonl'));
});

it('is refused by a study that has reached its target or spent its limit', async () => {
  const place = studyIn('trials: 9\ncost: 2\n');
  await run(place, BY_NUMBER);
  expectRefused(await hypertide(place, 'trial', 'confirm', 'study.jsonl'));
  expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', reason: 'cost' });
});
