import { expect, it } from 'vitest';
import { directory, hypertide, journalOf } from './support.ts';

it.each(['python', 'resume'])('the example %s runs', async (name) => {
  const place = directory();
  expect((await hypertide(place, 'dev', 'examples', name)).code).toBe(0);
  const ended = await hypertide(place, 'run', 'study.yaml', '--trials', '6', '--parallel', '2');
  expect(ended.code, ended.err).toBe(0);
  const facts = journalOf(place);
  expect(facts.some(({ type }) => type === 'completed')).toBe(true);
  if (name === 'python') return;
  const resumed = facts.filter(({ type, resumes }) => type === 'suggested' && resumes !== undefined);
  expect(resumed.length).toBeGreaterThan(0);
  for (const { trial, budget } of resumed) {
    const steps = facts.filter((fact) => fact.type === 'reported' && fact.trial === trial).map(({ step }) => step as number);
    expect(steps.at(-1)).toBe(budget);
    expect(steps[0]).toBeGreaterThan(1); // it did not begin again
  }
});
