import { describe, expect, it } from 'vitest';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';
import { learn, order, type Ucb, ucb } from '../../../streams/operators/ucb.ts';

const suggested: Suggested = { type: 'suggested', id: 1, by: 'x', point: [0.5] };
const ended = (more: Partial<Ended>): Ended => ({ ...suggested, type: 'ended', outcome: 'completed', ...more });

/** A trial of an arm, from its suggestion to its end. */
const trial = (state: Ucb, arm: number, more: Partial<Ended>): Ucb => learn(learn(state, suggested, arm), ended(more), arm);
const failed: Partial<Ended> = { outcome: 'failed', reason: 'error' };

describe('a bandit over strategies', () => {
  it('asks untried arms first, then the better ones', () => {
    let state = ucb(2);
    expect(order(state, 0)).toEqual([0, 1]);
    state = trial(state, 0, { losses: [1] });
    expect(order(state, 0)).toEqual([1, 0]);
    state = trial(state, 1, { losses: [2] }); // worse than all before: no reward
    expect(order(state, 0)).toEqual([0, 1]);
  });

  it('does not reward results that violate a constraint', () => {
    const state = trial(trial(ucb(2), 0, { losses: [1], constraints: [1] }), 1, { losses: [2] });
    expect(state.recent).toEqual([2]);
    expect(order(trial(state, 1, { losses: [1] }), 0)).toEqual([1, 0]);
  });

  it('counts running trials as tried, so that one arm does not get all of many trainers', () => {
    let state = trial(trial(ucb(2), 1, { losses: [2] }), 0, { losses: [1] });
    expect(order(state, 0.2)).toEqual([0, 1]);
    for (let k = 0; k < 10; k++) state = learn(state, suggested, 0);
    expect(order(state, 0.2)).toEqual([1, 0]);
  });

  it('rewards results when they come, however late', () => {
    let state = learn(trial(trial(ucb(2), 1, { losses: [2] }), 1, { losses: [2] }), suggested, 0);
    for (let k = 0; k < 5; k++) state = trial(state, 1, { losses: [2] });
    const late = learn(state, ended({ losses: [0] }), 0);
    expect(order(late, 0)).toEqual([0, 1]);
  });

  it('charges failures without a reward, and long trials by their time', () => {
    const start = trial(trial(ucb(2), 0, { losses: [1] }), 1, { losses: [1] });
    let failing = start;
    for (let k = 0; k < 3; k++) failing = trial(failing, 0, failed);
    expect(failing.arms[0]!.pending).toBe(0);
    expect(failing.arms[0]!.reward / failing.arms[0]!.cost).toBeLessThan(start.arms[0]!.reward / start.arms[0]!.cost);

    let timed = ucb(2);
    for (let k = 0; k < 5; k++) {
      timed = trial(timed, 0, { losses: [-k], seconds: 99 });
      timed = trial(timed, 1, { losses: [-k - 0.5], seconds: 9 });
    }
    expect(order(timed, 0)).toEqual([1, 0]);
  });

  it('prefers the arm that improves on the best to the one that is better on average', () => {
    let state = trial(ucb(2), 1, { losses: [9] });
    for (let k = 0; k < 30; k++) state = trial(state, 0, { losses: [5 + 0.01 * (k % 10)] }); // most recent results are its own
    for (const loss of [8, 4, 7, 3]) state = trial(state, 1, { losses: [loss] });
    expect(order(state, 0)).toEqual([1, 0]);
  });

  it('rewards a result by how many of the latest are as good, in any unit', () => {
    for (const unit of [1e-300, 1, 1e306]) {
      const losses = Array.from({ length: 20 }, (_, k) => (k + 1) * unit);
      const state = losses.reduce((before, loss) => learn(before, ended({ losses: [loss] }), -1), ucb(1));
      const reward = (loss: number) => trial(state, 0, { losses: [loss * unit] }).arms[0]!.reward;
      expect([0, 1, 2.5, 4.5, 5].map(reward)).toEqual([1, 0.8 ** 2, expect.closeTo(0.6 ** 2, 12), expect.closeTo(0.2 ** 2, 12), 0]);
    }
  });

  it('prefers the arm whose results are often among the best to the one that improved on them once', () => {
    let state = [9, 8, 7, 6, 5].reduce((before, loss) => trial(before, 0, { losses: [loss] }), ucb(2));
    state = trial(state, 0, { losses: [1] }); // by far the best
    for (let k = 0; k < 10; k++) {
      state = trial(state, 0, { losses: [8 + 0.1 * k] });
      state = trial(state, 1, { losses: [3 - 0.1 * k] });
    }
    expect(order(state, 0)).toEqual([1, 0]);
  });

  it('compares with trials of others, which are charged to no arm', () => {
    const state = learn(ucb(2), ended({ losses: [0] }), -1);
    expect(state.recent).toEqual([0]);
    expect(state.arms).toEqual(ucb(2).arms);
  });
});
