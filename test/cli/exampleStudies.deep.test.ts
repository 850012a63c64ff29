import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { completed, expectVerified, hypertide, journalOf, start, studyIn, until } from './support.ts';

const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);

it('a trial that was killed among its examples is tried again on those without a stored result', async () => {
  const place = studyIn('trials: 6\nexamples: 9\nobjective: minimize loss\nstrategy: random\nearly: false\nattempts: 20\n');
  writeFileSync(join(place, 'score.sh'), 'for q in $(cat "$2"); do echo "example=$q loss=$1"; sleep 0.15; done');
  const args = ['run', 'study.yaml', '--', 'sh', join(place, 'score.sh'), '{x}', '{examples}'];
  for (const trial of [1, 2, 4]) {
    const { child, ended } = start(place, ...args);
    await until(() => of(place, 'reported').some((fact) => fact.trial === trial && Number(fact.step) > 1));
    child.kill('SIGKILL');
    await ended;
  }
  const ended = await hypertide(place, ...args);
  expect(ended.code, ended.err).toBe(0);
  const placesOf = (trial: number, before = Number.POSITIVE_INFINITY) =>
    journalOf(place)
      .slice(0, before)
      .flatMap((fact) => (fact.type === 'reported' && fact.trial === trial ? (fact.results as number[][]) : []))
      .map(([at]) => at);
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  for (const trial of [1, 2, 4]) {
    const at = journalOf(place).findIndex((fact) => fact.type === 'suggested' && fact.trial === trial && fact.attempt === 2);
    const had = placesOf(trial, at);
    expect(had.length).toBeGreaterThan(1);
    expect(journalOf(place)[at]!.examples).toEqual(all.filter((place) => !had.includes(place)));
  }
  for (const trial of [1, 2, 3, 4, 5, 6]) expect(placesOf(trial).toSorted()).toEqual(all);
  expect(completed(place)).toHaveLength(6);
  await expectVerified(place);
});
