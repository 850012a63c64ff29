import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectRefused, hypertide, studyIn } from './support.ts';

const place = studyIn('strategy: random\ntrials: 2\n');
await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo step=1 value=0.75; echo value=0.5');
const facts = (...args: readonly string[]) => hypertide(place, 'trials', 'study.jsonl', ...args);

it('each fact of a trial has its position, time and author', async () => {
  const { code, out, err } = await facts('1');
  expect([code, err]).toEqual([0, '']);
  const [head, ...lines] = out.trimEnd().split('\n');
  expect(head).toMatch(/^position +time \(UTC\) +author +fact +details$/);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^3 +${time} +engine +suggested +attempt 1, by random, x=0\\.\\d+, after \\d`)),
    expect.stringMatching(new RegExp(`^4 +${time} +started +attempt 1, run \\S+$`)),
    expect.stringMatching(new RegExp(`^5 +${time} +reported +run \\S+, step 1, value=0\\.75$`)),
    expect.stringMatching(new RegExp(`^6 +${time} +completed +value=0\\.5, seconds [\\d.]+, run \\S+$`)),
  ]);
  expect((await hypertide(place, 'trials', '1')).out).toBe(out);
});

it('with the configuration that was enqueued for it, and entries that do not count', async () => {
  await hypertide(place, 'trial', 'enqueue', 'study.jsonl', 'x=0.25');
  await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo value=0.1');
  await hypertide(place, 'trial', 'annotate', 'study.jsonl', '3', '--note', 'odd\u001b[31m');
  appendFileSync(join(place, 'study.jsonl'), '{"at":1,"type":"failed","trial":3,"reason":"lost"}\n');
  const { out } = await facts('3');
  const [, first, second] = out.split('\n');
  expect(first).toMatch(/^\d+ +\S+Z +person +enqueued +x=0\.25$/);
  expect(second).toMatch(/ engine +suggested +attempt 1, by queue, x=0\.25, /);
  expect(out).toMatch(/ person +annotated +note odd\\x1b\[31m$/m);
  expect(out).toMatch(/ failed +does not count: /);
  expect(out).not.toContain('\u001b');
});

it('as JSON, complete', async () => {
  const entries: { position: number; at: number; fact: { type: string; tags?: object } }[] = JSON.parse((await facts('2', '--json')).out);
  expect(entries.map(({ fact }) => fact.type)).toEqual(['suggested', 'started', 'reported', 'completed']);
  const lines = readFileSync(join(place, 'study.jsonl'), 'utf8').split('\n');
  for (const { position, at, fact } of entries) {
    const { at: written, sum: _, ...rest } = JSON.parse(lines[position - 1]!);
    expect([at, fact]).toEqual([written, rest]);
  }
});

it('a number that no trial has is refused', async () => {
  expectRefused(await facts('9'));
  expectRefused(await facts('one'));
});
