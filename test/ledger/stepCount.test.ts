import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { created, line } from './created.ts';

/** The steps, as strategies see them, of trials with the given reports. A trial is its budget and the steps that its trainer reports. */
function counted(trials: readonly (readonly [budget: number | undefined, ...steps: number[]])[]): (number | undefined)[][] {
  const ledger = new Ledger(line);
  let position = 0;
  const say = (fact: object) => ledger.fold({ position: ++position, at: 0, fact });
  say(created);
  return trials.map(([budget, ...steps], i) => {
    const trial = i + 1;
    say({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: i / 10 }, ...(budget !== undefined && { budget }) });
    const seen = steps.map((step) => {
      const { event } = say({ type: 'reported', trial, step, values: { value: 1 } });
      return event?.type === 'reported' ? event.step : undefined;
    });
    const { event } = say({ type: 'stopped', trial, step: steps.at(-1)! });
    return [...seen, event?.type === 'ended' ? event.step : undefined];
  });
}

describe('a trainer that counts its steps', () => {
  it('from 0 has them counted from 1, so that the last one is the budget', () => {
    expect(counted([[3, 0, 1, 2]])).toEqual([[1, 2, 3, 3]]);
    expect(counted([[undefined, 0, 5]])).toEqual([[1, 6, 6]]);
  });
  it('from 0 has them counted from 1 when it resumes, too', () => {
    const trials = [
      [1, 0],
      [3, 1, 2],
    ] as const;
    expect(counted(trials)).toEqual([
      [1, 1],
      [2, 3, 3],
    ]);
  });
  it('from 1, with a value before training as step 0, has them counted as they are once that shows', () => {
    const trials = [
      [3, 0, 1, 2, 3],
      [3, 0, 1, 2, 3],
    ] as const;
    expect(counted(trials)).toEqual([
      [1, 2, 3, undefined, 3],
      [0, 1, 2, 3, 3],
    ]);
  });
  it('can report the same step once only, and may repeat steps in another attempt', () => {
    const ledger = new Ledger(line);
    let position = 0;
    const say = (fact: object) => ledger.fold({ position: ++position, at: 0, fact });
    say(created);
    const suggest = (attempt: number) => say({ type: 'suggested', trial: 1, attempt, by: 'random', params: { x: 0.5 } });
    const report = (step: number) => {
      const { effect, refusal } = say({ type: 'reported', trial: 1, step, values: { value: 1 } });
      return refusal?.code ?? effect;
    };
    suggest(1);
    expect([report(0), report(1), report(1)]).toEqual(['reported', 'reported', 'duplicate-step']);
    say({ type: 'failed', trial: 1, attempt: 1, reason: 'lost' });
    suggest(2);
    expect([report(0), report(1), report(2)]).toEqual(['noted', 'noted', 'reported']);
  });
});
