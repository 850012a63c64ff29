import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStudyFile } from '../../src/studyFile/studyFile.ts';
import { directory, expectRefused, hypertide, journalOf } from './support.ts';

it('examples lists what there is, and what to do next', async () => {
  const { code, out, err } = await hypertide(directory(), 'dev', 'examples');
  expect([code, err]).toEqual([0, 'next: hypertide dev examples python\n']);
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['python', 'resume', 'node', '']);
});

it.each(['python', 'resume', 'node'])('the example %s has a study file that can be read', async (name) => {
  const place = directory();
  const { code, err } = await hypertide(place, 'dev', 'examples', name, '--output', 'my example');
  expect(code, err).toBe(0);
  expect(err).toContain("next: cd 'my example' && hypertide run study.yaml");
  const { command, options } = await readStudyFile(join(place, 'my example/study.yaml'));
  expect(options).toMatchObject({ trials: 40, objectives: { loss: 'minimize' } });
  expect(readFileSync(join(place, 'my example', command![1]!), 'utf8')).toContain('epoch=');
});

it('the example node runs', async () => {
  const place = directory();
  expect((await hypertide(place, 'dev', 'examples', 'node')).code).toBe(0);
  const ended = await hypertide(place, 'run', 'study.yaml', '--trials', '3', '--parallel', '2');
  expect(ended.code, ended.err).toBe(0);
  expect(journalOf(place).filter(({ type }) => type === 'reported').length).toBeGreaterThan(27);
  expect(ended.err).toContain('next: hypertide dashboard study.jsonl');
});

it('overwrites nothing, and names the examples', async () => {
  const place = directory();
  await hypertide(place, 'dev', 'examples', 'node');
  expectRefused(await hypertide(place, 'dev', 'examples', 'resume'));
  expectRefused(await hypertide(place, 'dev', 'examples', 'pyton'));
});
