import { describe, expect, it } from 'vitest';
import { surrogateChart } from '../../machines/strategies.ts';
import { type Surrogate, surrogateCore } from '../../src/samplers/surrogate.ts';
import type { Ask, Ended, Message, Propose, Suggested } from '../../src/strategy/messages.ts';
import { stateTag } from '../../src/strategy/messages.ts';
import { completed, failed, rootEnv, suggestedFrom } from '../support/interview.ts';
import { living } from '../support/living.ts';
import { textbook } from '../support/spaces.ts';

/** Ready from two results on; its fit fails while the number of results is odd; explores until trial 90. */
const counting: Surrogate<{ readonly open: number; readonly results: number }> = {
  start: { open: 0, results: 0 },
  tell({ open, results }, { type }) {
    if (type === 'reported') return { open, results };
    return type === 'suggested' ? { open: open + 1, results } : { open: open - 1, results: results + 1 };
  },
  exploreShare: () => 0,
  view: () => undefined,
  ready: ({ results }) => results >= 2,
  explore: (_, { id }) => (id < 90 ? { point: [0, 0] } : undefined),
  propose: ({ open, results }, _ask, rng) => (results % 2 ? undefined : { point: [1, rng()], tags: { open: String(open) } }),
};

/** A core that gets facts as in a study. */
function started<S>(core: Surrogate<S>, elsewhere?: () => Promise<never[]>) {
  const env = { ...rootEnv(textbook), name: 'model' };
  const { put, tell, phase, heard } = living(surrogateChart, surrogateCore(env, core, elsewhere), env);
  let id = 0;
  const ask = (more: Partial<Ask> = {}): Message => put({ type: 'ask', id: id + 1, ...more })[0]!;
  /** Asks, and tells the machine that the proposal was suggested. */
  const suggest = (): Suggested => {
    const fact = suggestedFrom(ask() as Propose);
    id++;
    tell(fact);
    return fact;
  };
  return { heard, ask, suggest, tell, phase, end: (s: Suggested, end: (s: Suggested) => Ended) => tell(end(s)) };
}
const done = (s: Suggested) => completed(s, 1);

describe('a surrogate', () => {
  it('explores, models, falls back if a fit fails, and models again with the next result', () => {
    const { phase, suggest, end } = started(counting);
    expect(phase()).toBe('exploring');
    const [a, b, c] = [suggest(), suggest(), suggest()];
    expect([a, b, c].map(({ tags }) => tags)).toEqual(Array(3).fill({ phase: 'exploring', ...stateTag('model/phase', 'exploring') }));
    end(a!, done);
    expect(phase()).toBe('exploring');
    end(b!, failed);
    expect(phase()).toBe('modelling');
    const d = suggest();
    expect(d.tags).toEqual({ phase: 'modelling', ...stateTag('model/phase', 'modelling'), open: '1' });
    end(c!, done);
    expect(phase()).toBe('modelling');
    const e = suggest();
    expect([e.point, e.tags]).toEqual([textbook.snap([0, 0]), { phase: 'modelling', ...stateTag('model/phase', ['modelling', 'unfit']) }]);
    expect(phase()).toBe('fallingBack');
    expect(suggest().tags).toEqual({ phase: 'falling back', ...stateTag('model/phase', 'fallingBack') });
    end(d, done);
    expect(phase()).toBe('modelling');
    expect(suggest().tags).toMatchObject({ phase: 'modelling' });
  });

  it('does not change with asks, answers a retry differently, and hands on asks that it cannot answer', () => {
    const { ask, suggest, end, phase } = started(counting);
    const [a, b] = [suggest(), suggest()];
    expect(ask({ id: 95 })).toEqual({ type: 'ask', id: 95 });
    end(a!, done);
    end(b!, done);
    const first = ask() as Propose;
    const second = ask({ retry: 1 }) as Propose;
    expect(ask()).toEqual(first);
    expect(second.point).not.toEqual(first.point);
    expect(phase()).toBe('modelling');
  });

  it('recognises fallback proposals of other strategies', () => {
    const { ask, suggest, end, tell, phase } = started(counting);
    const [a, b] = [suggest(), suggest()];
    end(a!, done);
    end(b!, done);
    tell({ type: 'suggested', id: 50, by: 'other', point: [0, 0], tags: stateTag('other/phase', 'fallingBack') });
    expect(phase()).toBe('modelling');
    tell({ type: 'reported', id: 50, step: 1, losses: [1] });
    expect(ask()).toMatchObject({ tags: { open: '1' } });
  });

  it('waits for a long fit, learns meanwhile, and signals when to ask again', async () => {
    let fitted = 0;
    const core: Surrogate<{ open: number; results: number }> = {
      ...counting,
      propose: ({ results }) => ({ point: [1, 1], tags: { results: String(results) } }),
      longFit: ({ results }) =>
        results > fitted + 1
          ? async (elsewhere) => {
              await elsewhere([]);
              fitted = results;
            }
          : undefined,
    };
    let finish = () => {};
    const { heard, suggest, end, ask, phase } = started(core, () => new Promise((resolve) => (finish = () => resolve([]))));
    const ready = () => heard.filter(({ type }) => type === 'ready');
    const trials = [suggest(), suggest(), suggest(), suggest()];
    for (const trial of trials.slice(0, 2)) end(trial, done);
    expect(phase()).toBe('fitting');
    expect(ask({ tags: { arm: 'a' } })).toEqual({ type: 'wait', id: 5, by: 'model', until: 'ready', tags: { arm: 'a' } });
    end(trials[2]!, done);
    expect([phase(), ready()]).toEqual(['fitting', []]);
    finish();
    await new Promise(setImmediate);
    expect([phase(), ready()]).toEqual(['modelling', [{ type: 'ready', by: 'model' }]]);
    expect(ask()).toMatchObject({ type: 'propose', tags: { results: '3', phase: 'modelling' } });
    end(trials[3]!, done);
    expect(phase()).toBe('fitting');
  });

  it('makes long fits itself without a worker', () => {
    const core = { ...counting, longFit: () => async () => {} };
    const { suggest, end, phase } = started(core);
    for (const trial of [suggest(), suggest()]) end(trial, done);
    expect(phase()).toBe('modelling');
  });
});
