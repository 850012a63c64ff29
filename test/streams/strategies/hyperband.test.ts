import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/errors.ts';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import { type Ask, type Ended, type Propose, type Suggested, stateTag } from '../../../src/strategy/messages.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import * as h from '../../../streams/index.ts';
import { interview, rootEnv } from '../../support/interview.ts';
import { conditional, textbook } from '../../support/spaces.ts';

/**
 * Plays a trace: `ask` asks; `7=0.5` ends trial 7 with a loss, `7!` without one. Returns the answer to each ask, as
 * `5 new@2 #1`: trial 5 begins at budget 2 in bracket 1; or `6 4@2 #0`: trial 6 resumes trial 4 up to budget 2.
 */
function trace(strategy: h.Strategy, script: string, trials?: number): string[] {
  const { put, ask } = interview(strategy, rootEnv(textbook, trials === undefined ? {} : { trials }));
  const open = new Map<number, Suggested>();
  const points = new Map<number, readonly number[]>();
  const answers: string[] = [];
  let id = 0;
  for (const word of script.trim().split(/\s+/)) {
    if (word === 'ask') {
      const reply = ask(++id) as Ask | Propose;
      const { budget, tags } = reply;
      const resumes = reply.type === 'propose' ? reply.resumes : undefined;
      answers.push(
        `${id} ${resumes ?? 'new'}@${budget} #${Object.entries(tags!)
          .find(([name]) => name !== 'first rung')![1]
          .trim()}`,
      );
      const suggested: Suggested = {
        type: 'suggested',
        id,
        by: 'x',
        point: points.get(resumes ?? id) ?? [id / 100, 0],
        budget: budget!,
        tags: tags!,
        ...(resumes && { resumes }),
      };
      put(suggested);
      open.set(id, suggested);
      points.set(id, suggested.point);
    } else {
      const [trial, loss] = word.split(/[=!]/);
      const suggested = open.get(Number(trial))!;
      const end: Partial<Ended> = loss ? { outcome: 'completed', losses: [Number(loss)] } : { outcome: 'failed', reason: 'lost' };
      put({ ...suggested, ...end, type: 'ended' } as Ended);
    }
  }
  return answers;
}

describe('hyperband', () => {
  it('fills its brackets side by side and promotes at once', () => {
    // Brackets of 4, 3 and 3 that begin at 1, 2 and 4. As long as no results say how well a rung predicts the next one (0.65 is assumed), they get
    // their shares 1, 0.35 and 0.1225. The highest budget comes first, then the longest bracket.
    const script = `
      ask ask ask ask ask ask ask ask ask
      1=5 ask
      2=3 ask
      4=8 9=7 ask
      11=2 ask ask ask
      3! 5=1 ask
      6=4 ask
      17=1 ask`;
    expect(trace(h.hyperband({ min: 1, max: 4, eta: 2, pause: true }), script)).toEqual([
      '1 new@1 #0',
      '2 new@1 #0',
      '3 new@1 #0',
      '4 new@2 #1', // the brackets stand at 4/4 and 1.05
      '5 new@1 #0',
      '6 new@1 #0',
      '7 new@1 #0',
      '8 new@1 #0',
      '9 new@2 #1', // 4/8 and 1.05/2
      '10 new@1 #0', // one result at budget 1: one in two cannot be promoted yet
      '11 2@2 #0', // 2 beats 1
      '12 9@4 #1', // 9 beats 4; to budget 4, before anything to 2
      '13 new@1 #0', // 11 is alone in its bracket at budget 2
      '14 new@1 #0',
      '15 new@4 #2', // 4/11, 1.05/3 and 0.3675
      '16 new@1 #0', // 5 is the best of three at budget 1, but one of three was promoted already. 3 failed, and does not count
      '17 5@2 #0',
      '18 17@4 #0', // 17 beats 11
    ]);
  });

  it('counts only its own trials', () => {
    const { put, ask } = interview(h.hyperband({ min: 1, max: 4, eta: 2, pause: true }), rootEnv(textbook));
    for (const id of [1, 2, 3, 4]) {
      const other: Suggested = { type: 'suggested', id, by: 'other', point: [0, 0], budget: 1, tags: stateTag('bandit/hyperband', 0) };
      put(other);
      put({ ...other, type: 'ended', outcome: 'completed', losses: [id] });
    }
    expect(ask(5)).toMatchObject({ type: 'ask', id: 5, budget: 1, tags: stateTag('hyperband', 0) });
  });

  it.each([
    ['asha', h.asha],
    ['hyperband', h.hyperband],
  ] as const)('%s says whose budgets are wrong', (name, make) => {
    expect(() => make({ min: 0, max: 9 })).toThrow(new OptionError(`${name}.min`, 'a number above 0', 0));
    expect(() => make({ max: 9 } as never)).toThrow(
      new OptionError(`${name}.min`, 'a number above 0', undefined, `; ${name} requires min and max`),
    );
    expect(() => make({ min: 10, max: 9 })).toThrow(new OptionError(`${name}.max`, 'a number of at least 10', 9));
    expect(() => make({ min: 1, max: Number.POSITIVE_INFINITY })).toThrow(`${name}.max: expected a number above 0, got Infinity`);
    expect(() => make({ min: 1, max: 9, eta: 1 })).toThrow(new OptionError(`${name}.eta`, 'a whole number of at least 2', 1));
  });

  it('refuses wrong options of a study file', () => {
    expect(() => h.parseStrategy({ hyperband: { min: 0, max: 9 } })).toThrow(/strategy\.hyperband\.min: .*, got 0/);
  });
});

describe('in a tiny finite space', () => {
  /** Runs a study to its end, one trial after the other. */
  function suggestions(strategy: h.Strategy): SuggestedFact[] {
    const study = createTestStudy(conditional, strategy, { seed: 1, parallel: 2 });
    const facts: SuggestedFact[] = [];
    for (let k = 0; k < study.given.length && facts.length < 500; k++) {
      const { directive } = study.given[k]!;
      if (directive.type !== 'suggested') continue;
      facts.push(directive as unknown as SuggestedFact);
      study.say({ type: 'completed', trial: directive.trial, values: { value: (directive.trial * 7) % 11 } });
    }
    expect(study.finished).toBe(true);
    expect(study.entries.at(-1)!.fact).toMatchObject({ type: 'closed', reason: 'exhausted' });
    return facts;
  }
  const models = {
    random: h.random,
    tpe: () => h.tpe({ startup: 4 }),
    bo: () => h.bo({ startup: 4 }),
    forest: () => h.forest({ startup: 4 }),
  };
  it.each(Object.entries(models))(
    'hyperband with %s tries each of 10 configurations at each budget, begins none twice, and neither stalls nor ends before',
    (_, model) => {
      const facts = suggestions(h.chain(h.hyperband({ min: 1, max: 9, pause: true, first: 1 }), model()));
      for (const budget of [1, 3, 9]) {
        const tried = facts.filter((fact) => fact.budget === budget);
        const keys = (some: readonly SuggestedFact[]) => some.map(({ params }) => JSON.stringify(params));
        expect(new Set(keys(tried)).size).toBe(10);
        const roots = keys(tried.filter(({ resumes }) => resumes === undefined));
        expect(new Set(roots).size).toBe(roots.length);
      }
    },
  );
});
