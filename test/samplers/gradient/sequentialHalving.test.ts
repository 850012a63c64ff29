import { expect, it } from 'vitest';
import { askOrder, type SequentialHalving, startHalving, updateHalving } from '../../../src/samplers/gradient/sequentialHalving.ts';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';

const suggested: Suggested = { type: 'suggested', id: 1, by: 'x', point: [] };
const ended = (loss: number): Ended => ({ ...suggested, type: 'ended', outcome: 'completed', losses: [loss] });
const failed: Ended = { ...suggested, type: 'ended', outcome: 'failed' };
const run = (race: SequentialHalving, runner: number, result: Ended): SequentialHalving =>
  updateHalving(updateHalving(race, runner, suggested, 2), runner, result, 2);

it('asks those with the fewest trials first', () => {
  const race = startHalving(3);
  expect(askOrder(race)).toEqual([0, 1, 2]);
  expect(askOrder(updateHalving(race, 0, suggested, 2))).toEqual([1, 2, 0]);
});

it('stops the worse half after each lap, and asks it last, the best of it first', () => {
  let race = startHalving(4);
  for (const lap of [1, 2]) {
    expect(race.halvings).toBe(0);
    [5, 3, 4, 6].forEach((loss, runner) => {
      race = run(race, runner, lap === 1 && runner === 3 ? failed : ended(loss + lap));
    });
  }
  expect(race.remaining).toEqual([1, 2]);
  expect(askOrder(race)).toEqual([1, 2, 0, 3]);
  for (let i = 0; i < 2; i++) race = run(run(race, 1, ended(9)), 2, ended(1));
  expect([race.halvings, race.remaining, askOrder(race)]).toEqual([2, [2], [2, 1, 0, 3]]);
});
