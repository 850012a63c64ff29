import { describe, expect, it } from 'vitest';
import type { Message, Propose, Suggested } from '../../../src/strategy/messages.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import {
  type Condition,
  chain,
  float,
  parseStrategy,
  plateau,
  random,
  type Strategy,
  sobol,
  space,
  until,
} from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';
import { completed, failed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';

const line = space({ x: float(0, 1) });
const begin = (strategy: Strategy, more = {}) => {
  const talk = interview(strategy, rootEnv(line, more));
  let id = 0;
  const next = (): Suggested => {
    const suggested = suggestedFrom(talk.ask(++id) as Propose);
    talk.tell(suggested);
    return suggested;
  };
  return { ...talk, next, run: (loss: number) => talk.tell(completed(next(), loss)), whose: () => (talk.ask(id + 1) as Propose).by };
};

describe('until', () => {
  it('hands on all asks once its condition holds', () => {
    const { run, whose } = begin(chain(until(plateau(2), sobol()), random()));
    for (const loss of [3, 3, 2, 2]) run(loss);
    expect(whose()).toBe('until/sobol');
    run(5);
    expect(whose()).toBe('random');
    run(0); // better, but the stage is over
    expect(whose()).toBe('random');
  });

  it('counts only results of its own stage, compared with the best of all', () => {
    const { run, tell, whose } = begin(chain(until(plateau(2), sobol()), random()));
    const foreign: Suggested = { type: 'suggested', id: 100, by: 'queue', point: [0.1] };
    for (const id of [100, 101, 102]) tell({ ...foreign, id }, completed({ ...foreign, id }, 1));
    expect(whose()).toBe('until/sobol');
    run(2);
    expect(whose()).toBe('until/sobol');
    run(2);
    expect(whose()).toBe('random');
  });

  it('counts no failures, and lets its open trials end', () => {
    const { next, tell, run, whose } = begin(chain(until(plateau(2), sobol()), until(plateau(2), random()), sobol()));
    const [first, second, third] = [next(), next(), next()];
    tell(failed(first));
    tell(failed(second));
    tell(completed(third, 1));
    expect(whose()).toBe('until/sobol');
    const late = next();
    run(2);
    run(2);
    expect(whose()).toBe('2/until/random'); // whose count begins now
    tell(completed(late, 0));
    expect(whose()).toBe('2/until/random');
    run(1);
    run(1);
    expect(whose()).toBe('sobol');
  });

  it('accepts a condition in code, which starts again with each subscription', () => {
    const first: Condition<boolean> = {
      init: () => false,
      tell: (over, { type }, own) => over || (own && type === 'ended'),
      holds: (over) => over,
    };
    const strategy = until(first, sobol());
    for (let time = 0; time < 2; time++) {
      const { run, ask } = begin(strategy);
      run(1);
      expect(ask(2)).toEqual({ type: 'ask', id: 2 } satisfies Message);
    }
    expect(strategy.spec).toEqual({ until: ['code', 'sobol'] });
  });

  it.each([{ until: [{ plateau: 20 }, { ga: { population: 8 } }] }, { until: [{ plateau: [20, { improvement: 0.1 }] }, 'random'] }])(
    'is the same as data: %j',
    (spec) => expect(parseStrategy(spec).spec).toEqual(spec),
  );

  it.each([
    [{ until: [{ plateau: 0 }, 'random'] }, 'strategy.until[0].plateau: expected a whole number of at least 1, got 0'],
    [{ until: [{ plateu: 1 }, 'random'] }, 'strategy.until[0]: expected plateau, got "plateu"; did you mean plateau?'],
    [
      { until: [{ plateau: [1, { improvement: -1 }] }, 'random'] },
      'strategy.until[0].plateau.improvement: expected a number of at least 0, got -1',
    ],
    [{ until: [{ plateau: [1, { better: 1 }] }, 'random'] }, 'better: expected one of the options improvement'],
    [{ until: [{ plateau: 1 }, 'randm'] }, 'strategy.until[1]: got "randm"; did you mean random? Expected one of'],
  ])('refuses %j', (spec, message) => expect(() => parseStrategy(spec)).toThrow(message));

  it('refuses several objectives', () => {
    const options = { objectives: { a: 'minimize', b: 'minimize' } } as const;
    expect(() => createTestStudy(line, until(plateau(2), sobol()), options)).toThrow(coded('strategy'));
  });
});
