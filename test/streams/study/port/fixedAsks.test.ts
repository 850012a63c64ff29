import { describe, expect, it } from 'vitest';
import type { Fact, SuggestedFact } from '../../../../src/facts/facts.ts';
import { memoryLog } from '../../../../streams/core.ts';
import { verify } from '../../../../streams/engine/verify.ts';
import {
  asha,
  bo,
  chain,
  choice,
  createStudy,
  external,
  float,
  forest,
  type Infer,
  int,
  type Log,
  lbfgs,
  random,
  type Strategy,
  sobol,
  space,
  tpe,
  when,
} from '../../../../streams/index.ts';
import { readUpTo } from '../../../../streams/log/past.ts';
import { LocalPort } from '../../../../streams/study/port/local.ts';

const models = space({
  model: choice(['svm', 'forest', 'net']),
  c: when('model', 'svm', float(1e-3, 1e3, { log: true })),
  trees: when('model', 'forest', int(10, 500)),
  rate: when('model', 'net', float(1e-5, 1, { log: true })),
  scale: float(0, 1),
});
type Model = Infer<typeof models>;

/** The forest is best; the svm is best with c = 1. */
function loss({ model, c = 1, trees = 100, rate = 1, scale }: Model): number {
  if (model === 'svm') return 2 + Math.log10(c) ** 2 + (scale - 0.7) ** 2;
  return (model === 'forest' ? Math.abs(trees - 300) / 300 : 1 + (Math.log10(rate) + 3) ** 2) + (scale - 0.7) ** 2;
}

async function suggestionsIn(log: Log): Promise<SuggestedFact[]> {
  const facts: SuggestedFact[] = [];
  for await (const entries of readUpTo(log.read(), await log.head()))
    for (const { fact } of entries) if ((fact as SuggestedFact).type === 'suggested') facts.push(fact as SuggestedFact);
  return facts;
}

/** A study in which every second ask fixes the model. */
async function played(strategy: Strategy, log: Log, trials = 16) {
  const study = createStudy(models, { strategy, trials, seed: 'a', log });
  const svms: Model[] = [];
  for (let i = 0; ; i++) {
    const next = await (i % 2 ? study.ask({ fixed: { model: 'svm' } }) : study.ask());
    if (!next) break;
    if (i % 2) svms.push(next.params);
    await study.tell(next.trial, loss(next.params));
  }
  await study.close();
  return svms;
}

describe('an ask with fixed values', () => {
  it.each([
    ['random', random()],
    ['tpe', tpe({ startup: 6 })],
    ['bo', bo({ startup: 6 })],
    ['forest', forest({ startup: 6 })],
    ['sobol', sobol()],
    ['lbfgs', chain(lbfgs(), random())],
  ])('gets what %s chooses, and the log can be recomputed', async (name, strategy) => {
    const log = memoryLog();
    const svms = await played(strategy, log);
    expect(svms).toHaveLength(8);
    for (const { model, c, trees } of svms) {
      expect(model).toBe('svm');
      expect(c).toBeGreaterThan(0);
      expect(trees).toBeUndefined();
    }
    const suggestions = (await suggestionsIn(log)).filter(({ queue }) => queue !== undefined);
    expect(suggestions.every(({ by, tags }) => by !== 'queue' && tags?.fixed === 'model')).toBe(true);
    const own = suggestions.filter(({ tags }) => tags?.drawn === undefined);
    expect(own.length).toBeGreaterThanOrEqual(name === 'lbfgs' ? 1 : 7); // lbfgs does not move choices
    const head = await log.head();
    expect((await verify(models, strategy, () => readUpTo(log.read(), head))).differs).toBeUndefined();
  });

  it('is answered better by a model than by random draws, though the model prefers another branch', async () => {
    const best = async (strategy: Strategy) => Math.min(...(await played(strategy, memoryLog(), 60)).map(loss));
    const [modelled, drawn] = [await best(tpe()), await best(random())];
    expect(modelled).toBeLessThan(drawn);
  });

  it('takes the value of a parent that the fixed parameter needs', async () => {
    await using study = createStudy(models, { strategy: tpe(), seed: 1 });
    expect((await study.ask({ fixed: { rate: 0.01 } }))!.params).toMatchObject({ model: 'net', rate: 0.01 });
  });

  it('gets its own trial while others ask', async () => {
    await using study = createStudy(models, { strategy: random(), parallel: 9 });
    const models9 = ['svm', undefined, 'net', 'forest', undefined, 'svm', undefined, 'net', 'forest'] as const;
    const asked = await Promise.all(models9.map((model) => (model ? study.ask({ fixed: { model } }) : study.ask())));
    for (const [i, model] of models9.entries()) if (model) expect(asked[i]!.params.model).toBe(model);
    expect(new Set(asked.map((one) => one!.trial)).size).toBe(9);
  });

  it('is refused if the values do not fit, and gets none beyond the limit of trials', async () => {
    await using study = createStudy(models, { strategy: random(), trials: 2, parallel: 3 });
    await expect(study.ask({ fixed: { model: 'knn' as 'svm' } })).rejects.toThrow(/model: expected/);
    const first = (await study.ask({ fixed: { model: 'svm' } }))!;
    expect(await study.ask({ fixed: { scale: 0.25 } })).toMatchObject({ params: { scale: 0.25 } });
    expect(await study.ask({ fixed: { scale: 0.5 } })).toBeUndefined();
    await study.tell(first.trial, 1);
    await study.tell(2, 1);
    expect(await study.ask({ fixed: { scale: 0.5 } })).toBeUndefined();
  });

  it('gets a random draw if the strategy has no new configuration: promotions, proposals of others, the end of a grid', async () => {
    for (const strategy of [chain(asha({ min: 1, max: 9, pause: true }), random()), chain(external('agent'), random())]) {
      await using study = createStudy(models, { strategy, resumes: true, seed: 3 });
      for (let i = 0; i < 12; i++) {
        const next = (await study.ask({ fixed: { model: 'net', scale: 0.5 } }))!;
        expect(next.params).toMatchObject({ model: 'net', scale: 0.5 });
        expect(next.resumes).toBeUndefined();
        await study.tell(next.trial, loss(next.params));
      }
    }
  });

  it('gets its own trial though one waits for another ask, also after a restart', async () => {
    const log = memoryLog();
    await using before = createStudy(models, { strategy: random(), log });
    await before.ask({ fixed: { model: 'svm' } });
    const entries = [];
    for await (const some of readUpTo(log.read(), await log.head())) entries.push(...some);
    const resumed = memoryLog(); // as if the process had been killed
    for (const { fact } of entries) await resumed.append(fact as Fact);
    await using study = createStudy(models, { strategy: random(), log: resumed });
    expect(await study.ask({ fixed: { model: 'net' } })).toMatchObject({ trial: 2, params: { model: 'net' } });
    await study.tell(2, 1);
    expect(await study.ask()).toMatchObject({ trial: 1, attempt: 2, params: { model: 'svm' } });
  });

  it('lets the strategy choose the rest of what is enqueued', async () => {
    const log = memoryLog();
    await using study = createStudy(models, { strategy: tpe(), log });
    await study.enqueue({ model: 'net' }, { rest: 'strategy' });
    await study.enqueue({ model: 'net' });
    const chosen = (await study.ask())!;
    await study.tell(chosen.trial, 1);
    const drawn = (await study.ask())!;
    expect([chosen.by, drawn.by]).toEqual(['tpe', 'queue']);
  });
});

describe('an ask with fixed values of a trainer elsewhere', () => {
  const host = () => new LocalPort(models, memoryLog(), { strategy: random(), trials: 3, parallel: 3 });

  it('enqueues its values once even if it gives up, and gets the trial when it asks again', async () => {
    const log = memoryLog();
    const study = new LocalPort(models, log, { strategy: random(), trials: 9 });
    const first = await study.ask({ author: 'w1', run: 'a' });
    if (first.next !== 'trial') throw new Error('expected a trial');
    const ask = () => study.ask({ author: 'w2', run: 'b', fixed: { model: 'net' } });
    expect([await ask(), await ask()]).toEqual([{ next: 'wait' }, { next: 'wait' }]);
    await study.record({ type: 'completed', trial: 1, run: 'a', values: { value: 1 } }, { author: 'w1' });
    expect(await ask()).toMatchObject({ next: 'trial', trial: 2, params: { model: 'net' } });
    expect((await suggestionsIn(log)).filter(({ queue }) => queue !== undefined)).toHaveLength(1);
    await study.close();
  });

  it('leaves its trial to others when it gives up', async () => {
    const study = new LocalPort(models, memoryLog(), { strategy: random(), trials: 9 });
    expect(await study.ask({ author: 'w1', run: 'a' })).toMatchObject({ next: 'trial', trial: 1 });
    const ask = (run: string) => study.ask({ author: 'w2', run, fixed: { model: 'net' } });
    expect(await ask('b')).toEqual({ next: 'wait' }); // for trial 1, which is evaluated
    await study.record({ type: 'completed', trial: 1, run: 'a', values: { value: 1 } }, { author: 'w1' });
    expect(await study.ask({ author: 'w1', run: 'd' })).toMatchObject({ next: 'trial', trial: 2, params: { model: 'net' } });
    await study.close();
  });

  it('gets its trial once its paused trainer may work again', async () => {
    const study = host();
    await study.ready();
    await study.submit({ type: 'instruct', trainer: 'w1', to: 'pause' });
    const asked = study.ask({ author: 'w1', run: 'a', fixed: { model: 'net' }, wait: 5 });
    await study.submit({ type: 'instruct', trainer: 'w1', to: 'work' });
    expect(await asked).toMatchObject({ next: 'trial', trial: 1, params: { model: 'net' } });
    await study.close();
  });

  it('needs the name of its claim, and is over when no new configuration may begin', async () => {
    const study = host();
    await expect(study.ask({ fixed: { model: 'net' } })).rejects.toMatchObject({ code: 'missing-field' });
    for (const run of ['1', '2', '3']) expect(await study.ask({ run, fixed: { model: 'net' }, wait: 5 })).toMatchObject({ next: 'trial' });
    expect(await study.ask({ run: '4', fixed: { model: 'net' } })).toEqual({ next: 'over', reason: 'trials' });
    expect(await study.ask({ run: '3', fixed: { model: 'net' } })).toMatchObject({ next: 'trial', trial: 3 });
    await study.close();
  });
});
