import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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

it('a report as Markdown has the best trials and the history', async () => {
  const place = await twoStudies();
  expect(await hypertide(place, 'study', 'report', 'a.jsonl', '-o', 'a.md')).toMatchObject({ code: 0, err: 'the report is in a.md\n' });
  const text = readFileSync(join(place, 'a.md'), 'utf8');
  expect(text).toMatch(/^# a\n/);
  expect(text).toContain('## Best trials\n\n| trial | value (minimize) | x | by |\n| --- | --- | --- | --- |\n| 2 | 0.01 | 0.4 | import |');
  expect(text).toMatch(/```text\nvalue by trial\n[^`]*[\u2801-\u28ff][^`]*\n```/);
  expect(text).not.toContain('\u001b');
});

it('a report of several studies begins with their differences', async () => {
  const place = await twoStudies();
  await hypertide(place, 'study', 'report', 'a.jsonl', 'b.jsonl', '-o', 'both.md');
  const text = readFileSync(join(place, 'both.md'), 'utf8');
  expect(text).toContain('# Studies\n\n| differs | a | b |\n| --- | --- | --- |\n| seed | 7 | 8 |\n\n## a');
  expect(text.match(/^### Best trials$/gm)).toHaveLength(2);
});

it('a study without results is reported as well', async () => {
  const place = studyIn();
  await hypertide(place, 'study', 'create', 'study.yaml');
  const { code } = await hypertide(place, 'study', 'report', 'study.jsonl', '-o', 'study.md');
  expect(code).toBe(0);
  expect(readFileSync(join(place, 'study.md'), 'utf8')).toContain('No trial has a result yet.');
});
