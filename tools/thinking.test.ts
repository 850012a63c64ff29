import { expect, it } from 'vitest';
import type { Fact } from '../src/facts/facts.ts';
import type { TrialRow } from '../src/study/trials.ts';
import { thinking } from './thinking.ts';

const plane = { x: ['lr', 0.001, 1, 'rate'], y: ['units', 8, 64, 'units'] } as const;
/** Three trials, of which the second is stopped, and only the third is better than the first. */
const losses = [0.5, 0.9, 0.3];
const facts = losses.flatMap((loss, i): Fact[] => {
  const trial = i + 1;
  const end: Fact = i === 1 ? { type: 'stopped', trial, step: 2 } : { type: 'completed', trial, values: { loss } };
  const report = (step: number): Fact => ({ type: 'reported', trial, step, values: { loss: loss + 1 / step } });
  return [{ type: 'suggested', trial, attempt: 1, by: 'auto/bo', params: { lr: 0.1, units: 16 } }, report(1), report(2), end];
});
const rows = losses.map(
  (loss, i): TrialRow => ({
    trial: i + 1,
    params: { lr: 0.1, units: 16 },
    status: i === 1 ? 'stopped' : 'completed',
    attempt: 1,
    by: 'auto/bo',
    values: { loss },
    step: 2,
    suggested: 0,
    suggestedAt: 0,
  }),
);

it('draws each trial that has ended, and names a best result only when it is better', () => {
  const picture = thinking(facts, rows, plane, 'a <study>');
  expect(picture.match(/<polyline /g)).toHaveLength(3);
  expect(picture.match(/<polyline class="best"/g)).toHaveLength(1);
  expect(picture.match(/>best 0\.\d+, trial \d</g)).toEqual(['>best 0.5000, trial 1<', '>best 0.3000, trial 3<']);
  expect(picture).toContain('a &lt;study>');
  expect(picture).toContain('1 of 3 trials were stopped early');
});
