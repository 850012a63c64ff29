import { describe, expect, it } from 'vitest';
import { History } from '../../../src/numeric/history.ts';
import { rankingOf } from '../../../src/samplers/evolution/ranking.ts';
import { type RankedTrial, rankTrial } from '../../../src/samplers/rankedTrial.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import type { Ended, StrategyEvent, Suggested } from '../../../src/strategy/messages.ts';

const { axes } = space({ x: float(0, 1) });
const env = { axes, rungs: [1, 3, 9], objectives: ['loss'] };
const begin = (id: number, rest: Partial<Suggested> = {}): StrategyEvent => ({ type: 'suggested', id, by: 'x', point: [id / 10], ...rest });
const report = (id: number, step: number, loss: number): StrategyEvent => ({ type: 'reported', id, step, losses: [loss] });
const end = (id: number, rest: Partial<Ended>): Ended => ({ type: 'ended', outcome: 'completed', id, by: 'x', point: [id / 10], ...rest });
const stopped = (id: number, step: number, loss: number) => end(id, { outcome: 'stopped', step, losses: [loss] });

function told(facts: readonly StrategyEvent[], ranking = rankingOf(env)) {
  return { ranking, facts: facts.reduce(ranking.push, History.of<StrategyEvent>()) };
}
const standing = (ended: Ended) => ({ standing: rankTrial(ended.id, ended)! });
const brief = ({ tier, losses }: RankedTrial) => [tier, losses[0]];
/** The quantile of a standard normal at 5/6. */
const SCORE = 0.967421566;

describe('rankingOf', () => {
  it('leaves trials of one budget as they are', () => {
    const ended = end(1, { losses: [5], budget: 9 });
    const { ranking, facts } = told([begin(1), begin(2), ended]);
    const trials = [standing(ended)];
    expect(ranking.now(facts, trials)).toBe(trials);
    expect(ranking.standing(facts, ended)).toEqual({ index: 1, tier: 0, budget: 9, losses: [5] });
  });

  it('keeps only reports that add a result at a rung', () => {
    const { facts } = told([begin(1), report(1, 0.5, 9), report(1, 1, 8), report(1, 2, 7), report(1, 3, 6), report(7, 1, 0)]);
    expect(facts.toArray()).toEqual([begin(1), report(1, 1, 8), report(1, 3, 6)]);
  });

  it('gives trials of different budgets the normal scores of their ranks, with infeasible ones last', () => {
    const trials = [
      end(1, { losses: [0.5], budget: 9 }), // place 2 of 3
      stopped(2, 1, 7), // worse than 1 at step 1: place 3
      stopped(3, 1, 4), // better than 1 at step 1: place 1
      end(4, { losses: [0], budget: 9, constraints: [2] }),
      end(5, { outcome: 'stopped' }), // before it reported
    ];
    const { ranking, facts } = told([
      ...[1, 2, 3, 4, 5].map((id) => begin(id)),
      ...[report(1, 1, 5), report(2, 1, 7), report(3, 1, 4)],
      ...trials,
    ]);
    expect(ranking.now(facts, trials.map(standing)).map(({ standing: now }) => brief(now))).toEqual([
      [0, expect.closeTo(0, 9)],
      [0, expect.closeTo(SCORE, 8)],
      [0, expect.closeTo(-SCORE, 8)],
      [2, 2],
      [1, Number.POSITIVE_INFINITY],
    ]);
  });

  it('counts later reports of a survivor, and results of trials that resume others', () => {
    const [one, two] = [stopped(1, 1, 5), stopped(2, 1, 7)];
    const { ranking, facts } = told([
      begin(1),
      begin(2),
      begin(3),
      report(1, 1, 5),
      report(2, 1, 7),
      report(3, 1, 6),
      one,
      two,
      end(3, { losses: [1], budget: 9 }),
    ]);
    const now = (after: History<StrategyEvent>) =>
      ranking.now(after, [standing(one), standing(two)]).map(({ standing: { losses } }) => losses[0]);
    expect(now(facts)).toEqual([expect.closeTo(-SCORE, 8), expect.closeTo(SCORE, 8)]);
    const resumed = begin(4, { point: [0.1], resumes: 1 });
    const after = [resumed, report(4, 9, 2)].reduce(ranking.push, facts); // at step 9 it is worse than trial 3
    // The two came out in reverse order: to be behind both at step 1 leads to expect the mean of their places.
    expect(now(after)).toEqual([expect.closeTo(SCORE, 8), expect.closeTo(0, 9)]);
  });

  it('leaves trials with several objectives as they are', () => {
    const ranking = rankingOf({ ...env, objectives: ['a', 'b'] });
    const ended = [stopped(1, 1, 5), end(2, { losses: [1, 2], budget: 9 })];
    const { facts } = told([begin(1), begin(2), ...ended], ranking);
    const trials = ended.map(standing);
    expect([facts.length, ranking.now(facts, trials)]).toEqual([0, trials]);
  });
});
