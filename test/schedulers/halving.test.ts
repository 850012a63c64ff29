import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdedPlaces } from '../../src/numeric/pareto/crowding.ts';
import { kendall, type Pair } from '../../src/samplers/budgets/firstRung.ts';
import { Halving, type HalvingSettings } from '../../src/schedulers/halving.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import type { Env } from '../../src/strategy/env.ts';
import type { Ended, Suggested } from '../../src/strategy/messages.ts';
import { numberIn, stateTag } from '../../src/strategy/messages.ts';
import { rootEnv } from '../support/interview.ts';

const line = space({ x: float(0, 1) });
const env: Env = { ...rootEnv(line), name: 'asha' };
const rungs = [1, 3, 9];

/** A scheduler with trainers: `begin` and `resume` start what it decides, `report` and `end` tell it the results. */
function rig(settings: Partial<HalvingSettings> = {}, limit = env.trials) {
  const halving = new Halving({ rungs, eta: 3, pause: true, ...settings }, omitUndefined({ ...env, trials: limit }));
  const trials = new Map<number, Suggested>();
  let id = 0;
  const suggest = (more: Pick<Suggested, 'point'> & Partial<Suggested>) => {
    const suggested: Suggested = { type: 'suggested', by: 'x', ...more, id: ++id };
    trials.set(id, suggested);
    halving.tell(suggested);
    return id;
  };
  const rig = {
    halving,
    begin(): number {
      const { budget, tag } = halving.isControlDue ? halving.control() : halving.fill();
      return suggest({ point: [(id + 1) / 1e4], budget, tags: stateTag('asha', tag) });
    },
    resume(): number | undefined {
      const promotion = halving.promotion;
      if (promotion === undefined) return undefined;
      const { trial, budget } = promotion;
      return suggest({ point: trial.point, budget, resumes: trial.id, ...(trial.tags && { tags: trial.tags }) });
    },
    /** @returns whether the trial should stop */
    report(trial: number, step: number, ...losses: readonly number[]): boolean {
      halving.tell({ type: 'reported', id: trial, step, losses });
      return halving.fellBehind !== undefined;
    },
    end(trial: number, loss: number | readonly number[], more: Partial<Ended> = {}): void {
      halving.tell({ ...trials.get(trial)!, outcome: 'completed', losses: [loss].flat(), ...more, type: 'ended' });
    },
    /** Trains a configuration that begins up to 3, with its losses at 1 and 3. */
    train([low, high]: Pair): void {
      const id = rig.begin();
      rig.report(id, 1, ...low);
      if (trials.get(id)!.budget === 3) return rig.end(id, high);
      rig.end(id, low);
      rig.end(rig.resume()!, high);
    },
    trial: (of: number) => trials.get(of)!,
  };
  return rig;
}

describe('halving that pauses', () => {
  it('agrees with its definition, in any order of results and promotions', () => {
    const events = fc.array(fc.record({ loss: fc.integer({ min: 0, max: 6 }), asks: fc.integer({ min: 0, max: 2 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(events, fc.integer({ min: 2, max: 4 }), (all, eta) => {
        const { begin, resume, end, trial } = rig({ first: 1, eta, rungs: [1, 3] });
        const waiting: { id: number; loss: number }[] = [];
        let gone = 0;
        for (const [i, { loss, asks }] of all.entries()) {
          const id = begin();
          end(id, loss + i / 1e6); // neighbours with equal losses would be duplicates
          waiting.push({ id, loss });
          for (let k = 0; k < asks; k++) {
            const best = waiting.reduce((a, b) => (b.loss < a.loss ? b : a));
            const promoted = resume();
            if ((gone + 1) * eta > i + 1) expect(promoted).toBeUndefined();
            else expect(trial(promoted!).resumes).toBe(best.id);
            if (promoted === undefined) break;
            waiting.splice(waiting.indexOf(best), 1);
            gone++;
          }
        }
      }),
    );
  });

  it('with several objectives, promotes by front and then by crowding', () => {
    const losses = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { minLength: 3, maxLength: 25 });
    fc.assert(
      fc.property(losses, (all) => {
        const { begin, resume, end, trial } = rig({ first: 1, rungs: [1, 3] });
        const results = all.map(([a, b], i) => [a + i / 1e6, b]); // neighbours with equal losses would be duplicates
        const ids = results.map((some) => {
          const id = begin();
          end(id, some);
          return id;
        });
        const places = crowdedPlaces(results);
        const best = [...ids.keys()].sort((a, b) => places[a]! - places[b]! || a - b).slice(0, Math.floor(ids.length / 3));
        expect(best.map(() => trial(resume()!).resumes)).toEqual(best.map((i) => ids[i]));
        expect(resume()).toBeUndefined();
      }),
    );
  });

  it('sends controls past the first rung regardless of their results: the first 8, later one in 24', () => {
    const { begin, resume, end, trial } = rig();
    const controls: number[] = [];
    for (let k = 0; k < 60; k++) {
      const id = begin();
      end(id, 100 + k); // each is worse than the last: only controls could be promoted
      const next = resume();
      if (next !== undefined && numberIn(trial(id).tags, 'asha') === 1) {
        expect(trial(next)).toMatchObject({ resumes: id, budget: 3 });
        controls.push(k);
        end(next, k);
      }
    }
    expect(controls).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 31, 55]);
  });

  it('continues its controls when a higher rung becomes the first, since it has none yet', () => {
    const { halving, begin, resume, end, trial } = rig({ rungs: [1, 3, 9, 27] });
    const controls = Array.from({ length: 8 }, (_, k) => {
      const id = begin();
      end(id, k);
      return resume()!;
    });
    for (const [k, id] of controls.entries()) end(id, -k); // the order at 3 is the reverse of that at 1
    expect(halving.first).toMatchObject({ index: 1 });
    expect(halving.isControlDue).toBe(false); // as many continue
    const continued = controls.map(() => resume()!);
    expect(continued.map((id) => trial(id))).toEqual(controls.map((resumes) => expect.objectContaining({ resumes, budget: 9 })));
    expect(resume()).toBeUndefined();
    for (const [k, id] of continued.entries()) end(id, -k);
    expect(halving.agreements[1]).toMatchObject({ pairs: 8 });
    expect(halving.first).toMatchObject({ index: 1 });
  });

  it('gives no control the full budget, however badly the rung below predicts it', () => {
    const { halving, begin, resume, end } = rig();
    for (let k = 0; k < 8; k++) {
      end(begin(), k);
      end(resume()!, -k);
    }
    expect(halving.first).toMatchObject({ index: 1 });
    expect(halving.isControlDue).toBe(false);
  });

  it('measures what its controls show by the tau of their losses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 2, maxLength: 8 }),
        (losses) => {
          const { halving, train } = rig({ rungs: [1, 3] });
          const pairs = losses.map(([low, high], i): Pair => [[low + i / 1e6], [high + i / 1e6]]);
          for (const pair of pairs) train(pair);
          expect(halving.agreements[0]!.tau).toBeCloseTo((pairs.length * kendall(pairs)! + 3 * 0.65) / (pairs.length + 3), 12);
        },
      ),
    );
  });

  it('promotes no duplicate of a configuration, and no failed or infeasible one', () => {
    const { begin, resume, end, report } = rig({ first: 1, rungs: [5, 15] });
    const run = (losses: readonly number[], more: Partial<Ended> = {}) => {
      const id = begin();
      for (const [k, loss] of losses.entries()) report(id, k + 1, loss);
      end(id, losses.at(-1)!, more);
      return id;
    };
    run([7, 6, 5, 4, 3]);
    run([7, 6, 5, 4, 3]); // a duplicate
    run([9, 9, 9, 9, 0], { outcome: 'failed', reason: 'error' });
    run([8, 8, 8, 8, -1], { constraints: [1] });
    run([7, 6, 5, 5, 5]);
    expect(resume()).toBeUndefined(); // two results count
    run([7, 7, 6, 6, 6]);
    expect(resume()).toBe(7);
    expect(resume()).toBeUndefined();
  });
});

describe('halving that stops', () => {
  /** In a study of a few trials, the best so far continues from the start. */
  const stops = () => rig({ pause: false, first: 1 }, 8);

  it('gives every trial the full budget', () => {
    expect(stops().halving.fill()).toEqual({ budget: 9, tag: 0 });
  });

  it('stops a trial that is neither the best so far nor in the best third of those that came to its rung', () => {
    const { begin, report } = stops();
    const at = (step: number, loss: number) => report(begin(), step, loss);
    expect([5, 6, 4, 7, 4.5, 4.2, 4.2].map((loss) => at(1, loss))).toEqual([false, true, false, true, true, false, false]);
  });

  it('stops no trial because of results that are equal to its own', () => {
    const { begin, report } = stops();
    expect([5, 5, 5, 5, 5, 5, 5].map((loss) => report(begin(), 1, loss))).not.toContain(true);
    expect([6, 5, 4].map((loss) => report(begin(), 1, loss))).toEqual([true, false, false]);
    const large = rig({ pause: false, first: 1 });
    expect([5, 5, 5, 5].map((loss) => large.report(large.begin(), 1, loss)).slice(1)).not.toContain(true);
  });

  it('begins to compare above a rung at which no results differ', () => {
    const { halving, begin, report } = rig({ pause: false });
    report(begin(), 1, 0);
    expect(halving.first).toMatchObject({ index: 0 });
    report(begin(), 1, 0);
    expect(halving.first).toMatchObject({ index: 1 });
    report(begin(), 1, 0.1);
    expect(halving.first).toMatchObject({ index: 0 });
  });

  it('lets only a new best trial continue once half of all have continued', () => {
    const { halving, begin, report } = stops();
    const at = (loss: number) => report(begin(), 1, loss);
    expect([9, 8, 7, 6].map(at)).toEqual([false, false, false, false]); // each is the best so far
    expect([6.5, 6.4, 5].map(at)).toEqual([true, true, false]);
    expect([10, 11, 5.5].map(at)).toEqual([true, true, true]);
    expect(halving.fellBehind).toBe('5.5 was number 2 of 10 at step 1; enough others already continue, so only a new best one would');
    expect([12, 5.4].map(at)).toEqual([true, false]);
  });

  it('with several objectives, lets the best third continue, then only new ends of the front', () => {
    const { halving, begin, report } = stops();
    const at = (...losses: number[]) => report(begin(), 1, ...losses);
    expect(at(5, 5)).toBe(false);
    expect(at(6, 6)).toBe(true);
    expect(halving.fellBehind).toBe('6, 6 was number 2 of 2 at step 1; enough others already continue, so only a new best one would');
    expect([at(9, 1), at(1, 9)]).toEqual([false, false]); // the ends of the front
    expect(at(7, 4)).toBe(true); // on the front, where others already continue
    expect([at(0.5, 10), at(10, 0.5), at(9.5, 2)]).toEqual([false, false, true]);
  });

  it('lets an enqueued configuration continue from the start if it is the best so far', () => {
    const { halving, begin, report } = rig({ pause: false, first: 1 });
    const tell = (id: number, by: string) => halving.tell({ type: 'suggested', id, by, point: [id / 7], budget: 9 });
    tell(101, 'queue');
    tell(102, 'queue');
    expect([report(101, 1, 5), report(102, 1, 6), report(begin(), 1, 4)]).toEqual([false, true, false]);
  });

  it('does not count trials that have failed among those that have continued', () => {
    const { begin, report, end } = stops();
    const failing = [9, 8, 7, 6].map((loss) => {
      const id = begin();
      report(id, 1, loss);
      return id;
    });
    for (const id of failing) end(id, 0, { outcome: 'failed', reason: 'error' });
    expect([5, 5.9, 5.8, 5.7, 5.6, 5.5].map((loss) => report(begin(), 1, loss))).toEqual([false, true, true, true, true, false]);
  });

  it('lets the best of a few trials continue once the study has trained as many steps as the next rung needs', () => {
    const { halving, begin, report } = rig({ pause: false, first: 1 });
    const [one, two, three] = [begin(), begin(), begin()];
    expect(report(one, 1, 5)).toBe(true);
    expect(halving.fellBehind).toBe('5 was number 1 of 1 at step 1; too few to compare, so none continues yet');
    expect([report(two, 1, 4), report(two, 3, 4)]).toEqual([false, true]); // after 2 steps to step 3, after 4 not to step 9
    expect([report(three, 1, 3), report(three, 3, 3)]).toEqual([false, false]); // after 7 steps
  });

  it('lets it continue from the start in a study in which fewer than two trials would train to the end', () => {
    const first = (trials: number) => {
      const { begin, report } = rig({ pause: false, first: 1 }, trials);
      return report(begin(), 1, 5);
    };
    expect([first(17), first(18)]).toEqual([false, true]);
  });

  it('compares a trial once at each rung, and not at the full budget', () => {
    const { begin, report } = stops();
    const [one, two] = [begin(), begin()];
    expect([report(one, 1, 1), report(two, 1, 0)]).toEqual([false, false]);
    expect([report(one, 2, 9), report(one, 3, 9), report(two, 4, 10), report(two, 5, 99)]).toEqual([false, false, true, false]);
    expect(report(two, 9, 99)).toBe(false);
  });

  it('lets a trial that reports late be compared at the highest rung that it has reached', () => {
    const { begin, report } = stops();
    for (const loss of [1, 1.5]) report(begin(), 1, loss);
    const late = begin();
    expect(report(late, 4, 99)).toBe(false); // the first at rung 3
    expect(report(begin(), 3, 100)).toBe(true);
  });

  it('starts new controls if a higher rung becomes the first and the earlier ones have stopped', () => {
    const { halving, begin, report, end, trial } = rig({ pause: false, rungs: [1, 3, 9, 27] });
    const controls = Array.from({ length: 8 }, begin);
    for (const [k, id] of controls.entries()) report(id, 1, k);
    for (const [k, id] of controls.entries()) if (report(id, 3, -k)) end(id, -k, { outcome: 'stopped' });
    expect(halving.first).toMatchObject({ index: 1 });
    const more: number[] = [];
    while (halving.isControlDue) more.push(begin());
    expect(more.length).toBeGreaterThan(0);
    expect(more.map((id) => trial(id).tags)).toEqual(more.map(() => stateTag('asha', 2)));
    expect(more.map((id) => [report(id, 1, 99 + id), report(id, 3, 99 + id)])).toEqual(more.map(() => [false, false]));
    for (const id of more) report(id, 9, id);
    expect(halving.agreements[1]!.pairs).toBeGreaterThanOrEqual(more.length);
  });

  it('lets a duplicate continue as the first one does, but gives it no place of its own', () => {
    const { begin, report } = rig({ pause: false, first: 5, rungs: [5, 15] }, 5);
    const at5 = (losses: readonly number[]) => {
      const id = begin();
      return losses.map((loss, k) => report(id, k + 1, loss)).at(-1);
    };
    expect(at5([5, 4, 3, 2, 1])).toBe(false);
    for (let k = 0; k < 5; k++) expect(at5([5, 4, 3, 2, 1])).toBe(false);
    expect(at5([5, 4, 3, 2, 2])).toBe(true); // of two that differ, one continues
  });

  it('ends in the same state whatever the order of reports of different trials', () => {
    const curve = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(curve, { minLength: 3, maxLength: 10 }), (curves) => {
        const agreements = [false, true].map((byStep) => {
          const { halving, begin, report } = rig({ pause: false });
          const ids = curves.map(begin);
          const words = ids.flatMap((id, i) => rungs.map((step, k) => ({ id, step, loss: curves[i]![k]! + i / 100 })));
          if (byStep) words.sort((a, b) => a.step - b.step);
          for (const { id, step, loss } of words) report(id, step, loss);
          return halving.agreements.map(({ pairs }) => pairs);
        });
        expect(agreements[0]).toEqual(agreements[1]);
      }),
    );
  });
});
