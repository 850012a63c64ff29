import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensurePage } from '../support/build.ts';
import { hypertide, studyIn } from './support.ts';

/** A folder with a study in `a.jsonl`, and one of another seed in `b.jsonl`. */
async function twoStudies(): Promise<string> {
  const place = studyIn();
  const begun = async (journal: string) => {
    await hypertide(place, 'study', 'create', 'study.yaml', journal);
    await hypertide(place, 'study', 'import', journal, 'done.jsonl');
  };
  const results = [0.1, 0.4, 0.9].map((x) => JSON.stringify({ params: { x }, values: { value: (x - 0.5) ** 2 } }));
  writeFileSync(join(place, 'done.jsonl'), results.join('\n'));
  await begun('a.jsonl');
  writeFileSync(join(place, 'study.yaml'), readFileSync(join(place, 'study.yaml'), 'utf8').replace('seed: 7', 'seed: 8'));
  await begun('b.jsonl');
  return place;
}

/** The data that a report keeps. */
const dataIn = (place: string, name: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(readFileSync(join(place, name), 'utf8'))![1]!);

await ensurePage();

it('a report is named after its study', async () => {
  const place = await twoStudies();
  expect(await hypertide(place, 'study', 'report', 'a.jsonl')).toMatchObject({ code: 0, err: 'the report is in a.html\n' });
  expect(dataIn(place, 'a.html')).toMatchObject([{ detail: { study: 'a', best: { trial: 2, value: expect.closeTo(0.01) } } }]);
});

it('a report of several studies has each of them once', async () => {
  const place = await twoStudies();
  await hypertide(place, 'study', 'report', 'a.jsonl', 'b.jsonl', 'a.jsonl', '-o', 'both.html');
  expect(dataIn(place, 'both.html')).toMatchObject([{ detail: { seed: '7' } }, { detail: { seed: '8' } }]);
});

it('a study without results is reported as well', async () => {
  const place = studyIn();
  await hypertide(place, 'study', 'create', 'study.yaml');
  expect((await hypertide(place, 'study', 'report', 'study.jsonl')).code).toBe(0);
  expect(dataIn(place, 'study.html')).toMatchObject([{ changes: { rows: [] } }]);
});
