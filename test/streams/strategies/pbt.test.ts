import { describe, expect, it } from 'vitest';
import { type Ended, type Suggested, stateTag } from '../../../src/strategy/messages.ts';
import * as h from '../../../streams/index.ts';
import { completed, failed, interview, proposal, rootEnv, suggestedFrom } from '../../support/interview.ts';
import { mixed } from '../../support/spaces.ts';

/** A population that has begun: the suggestion of each member. */
function begun(options: h.PbtOptions) {
  const talk = interview(h.pbt(options), rootEnv(mixed));
  const next = (id: number): Suggested => {
    const suggested = suggestedFrom(proposal(talk.ask(id)));
    talk.tell(suggested);
    return suggested;
  };
  return { ...talk, next, members: Array.from({ length: options.population! }, (_, i) => next(i + 1)) };
}

describe('pbt', () => {
  it('begins with its members, then waits for one of them', () => {
    const { members, ask } = begun({ population: 3, max: 10 });
    expect(members.map(({ budget, tags }) => [budget, tags])).toEqual([0, 1, 2].map((number) => [1, stateTag('pbt', number)]));
    expect(new Set(members.map(({ point }) => point.join())).size).toBe(3);
    expect(ask(4)).toEqual({ type: 'wait', id: 4, by: 'pbt' });
  });

  it('lets a member continue unchanged, unless it is among the worst', () => {
    const { members, tell, next } = begun({ population: 4, interval: 2, max: 10 });
    tell(completed(members[1]!, 3), completed(members[2]!, 1), completed(members[3]!, 2), completed(members[0]!, 9));
    // The worst quarter is member 0: it resumes from the best, member 2 in trial 3, with other parameters.
    const clone = next(5);
    expect(clone).toMatchObject({ budget: 4, resumes: 3, tags: stateTag('pbt', 0) });
    expect(clone.point).not.toEqual(members[2]!.point);
    for (const [id, number] of [
      [6, 1],
      [7, 2],
      [8, 3],
    ] as const) {
      expect(next(id)).toMatchObject({ budget: 4, resumes: number + 1, point: members[number]!.point, tags: stateTag('pbt', number) });
    }
  });

  it('takes no checkpoint from a member that has reached the end', () => {
    const { members, tell, next } = begun({ population: 4, interval: 1, max: 2 });
    tell(...members.map((member, i) => completed(member, i)));
    const stages = [next(5), next(6), next(7), next(8)];
    expect(stages.map(({ resumes }) => resumes)).toEqual([1, 2, 3, 1]);
    tell(completed(stages[1]!, -1), failed(stages[0]!)); // the best is at 2 now
    expect(next(9)).toMatchObject({ resumes: 1, budget: 2, tags: stateTag('pbt', 0) });
  });

  it('compares a member with the last results of those that run', () => {
    const { members, tell, next } = begun({ population: 4, interval: 1, max: 10 });
    tell(...members.slice(0, 3).map((member, i) => completed(member, i)));
    const second = [next(5), next(6), next(7)];
    expect(second.map(({ resumes }) => resumes)).toEqual([1, 2, 3]); // a quarter of three is no member
    tell(completed(members[3]!, 5));
    expect(next(8)).toMatchObject({ resumes: 1, budget: 2, tags: stateTag('pbt', 3) });
  });

  it('replaces a member that fails by a clone, or by a new one while there are no results', () => {
    const { members, tell, next } = begun({ population: 4, interval: 1, max: 3 });
    tell(failed(members[0]!));
    const restarted = next(3);
    expect(restarted).toMatchObject({ budget: 1, tags: stateTag('pbt', 0) });
    expect(restarted.resumes).toBeUndefined();
    tell(completed(restarted, 1), completed(members[1]!, 2));
    tell(failed(next(4)));
    expect(next(5)).toMatchObject({ resumes: 3, budget: 2 }); // the one that is behind first: trial 4 was a clone of the best
  });

  it('hands asks on when all members have reached the end', () => {
    const { members, tell, next, ask } = begun({ population: 2, interval: 2, max: 3 });
    tell(...members.map((member) => completed(member, 1)));
    const last = [next(3), next(4)];
    expect(last.map(({ budget }) => budget)).toEqual([3, 3]);
    tell(completed(last[0]!, 1));
    expect(ask(5).type).toBe('wait'); // the other may fail yet
    tell(completed(last[1]!, 1));
    expect(ask(5)).toEqual({ type: 'ask', id: 5 });
  });

  it('founds no more members than the study has configurations', () => {
    const { ask, tell } = interview(h.pbt({ population: 9, max: 4 }), rootEnv(mixed, { trials: 2 }));
    const other: Ended = { type: 'ended', outcome: 'completed', id: 1, by: 'x', point: [0, 0, 0], losses: [1] };
    tell({ ...other, type: 'suggested' }, other, suggestedFrom(proposal(ask(2))));
    expect(ask(3).type).toBe('wait');
  });

  it('finds a schedule that no constant does', async () => {
    // A member improves if its rate is near the best one for the step: high at first, low later. Its loss is its checkpoint.
    const space = h.space({ rate: h.float(0, 1) });
    const depth = new Map<number, number>();
    const train: h.Objective<{ rate: number }> = ({ rate }, { trial, budget, resumes }) => {
      const wanted = 1 - budget! / 20;
      const before = resumes === undefined ? 0 : depth.get(resumes)!;
      depth.set(trial, before + Math.max(0, 1 - 4 * Math.abs(rate - wanted)));
      return -depth.get(trial)!;
    };
    const { best } = await h
      .optimize(space, train, { strategy: h.pbt({ population: 8, interval: 1, max: 20 }), resumes: true, parallel: 4, seed: 2 })
      .result();
    expect(best!.budget).toBe(20);
    // The best constant rate, 0.5, reaches the sum of max(0, 1 - 4 |0.5 - w|) = 5.
    expect(best!.values!.value).toBeLessThan(-8);
  });

  it('refuses wrong options', () => {
    expect(() => h.pbt({ max: 0 })).toThrow(/pbt\.max: .*, got 0/);
    expect(() => h.pbt({ max: 9, population: 1 })).toThrow(/pbt\.population: .*, got 1/);
    expect(() => h.pbt({ max: 9, fixed: ['layers'] })(rootEnv(mixed))).toThrow(/pbt\.fixed: .*, got layers/);
  });
});
