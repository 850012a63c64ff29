import { expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { created, line } from './created.ts';

/** A trial of 9 steps that reports some of them, and is then stopped. */
function stopped(steps: readonly number[], { constrained = false, by = 'stopped' }: { constrained?: boolean; by?: string } = {}) {
  const ledger = new Ledger(line);
  const say = (fact: object) => ledger.fold({ position: ledger.position + 1, at: 0, fact });
  const begin = (trial: number) => {
    say({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: trial / 16 }, budget: 9 });
    say({ type: 'started', trial, attempt: 1, run: `${trial}` });
  };
  say(created);
  if (constrained) {
    begin(1);
    say({ type: 'completed', trial: 1, run: '1', values: { value: 99 }, constraints: [-1] });
  }
  const trial = constrained ? 2 : 1;
  begin(trial);
  for (const step of steps) say({ type: 'reported', trial, run: `${trial}`, step, values: { value: 10 - step } });
  if (by === 'cancelled') say({ type: 'cancelled', trial });
  const { event } = say(
    by === 'cancelled'
      ? { type: 'failed', trial, attempt: 1, run: `${trial}`, reason: 'lost' }
      : { type: 'stopped', trial, run: `${trial}`, step: steps.at(-1) },
  );
  return { event, best: ledger.best?.trial, status: ledger.status(trial) };
}

it('a trial that has reported its whole budget is completed, although it was stopped after that', () => {
  expect(stopped([1, 3, 9])).toMatchObject({ event: { outcome: 'completed', losses: [1] }, best: 1, status: 'completed' });
  expect(stopped([0, 8])).toMatchObject({ status: 'completed' }); // counted from 0
  expect(stopped([9], { by: 'cancelled' })).toMatchObject({ status: 'completed', best: 1 });
});

it('so is one whose constraints are not known', () => {
  expect(stopped([9], { constrained: true })).toMatchObject({ status: 'stopped', best: 1 });
});
