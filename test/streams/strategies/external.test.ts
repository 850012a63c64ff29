import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact, SuggestedFact } from '../../../src/facts/facts.ts';
import { simulate } from '../../../src/testing/simulate.ts';
import { createTestStudy, type TestStudy } from '../../../src/testing/testStudy.ts';
import { memoryLog } from '../../../streams/core.ts';
import { verify } from '../../../streams/engine/verify.ts';
import {
  bandit,
  chain,
  createStudy,
  external,
  float,
  type Infer,
  mix,
  random,
  reject,
  type Strategy,
  sobol,
  space,
} from '../../../streams/index.ts';
import { past } from '../../../streams/log/past.ts';
import { parseStrategy, strategyOf } from '../../../streams/spec/spec.ts';
import { coded } from '../../support/coded.ts';

const line = space({ x: float(0, 1) });
type Line = Infer<typeof line>;
type World = TestStudy<Line>;

const studyOf = (strategy: Strategy, trials = 20, parallel = 1): World => createTestStudy(line, strategy, { trials, parallel });
const propose = (world: World, x: number, more: object = {}) =>
  world.say({ type: 'proposed', proposer: 'agent', params: { x }, ...more } as Fact);
const expire = (world: World, more: object = {}) => world.say({ type: 'expired', proposer: 'agent', ...more } as Fact);
const suggestions = (world: World) => world.entries.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
const last = (world: World) => suggestions(world).at(-1);
const complete = (world: World) => {
  const [trial] = world.engine.ledger.open.keys();
  world.say({ type: 'completed', trial: trial!, values: { value: 1 } });
};
/** Why the last entry was rejected. */
const rejected = ({ given }: World) => given.map(({ directive }) => directive).findLast(({ type }) => type === 'rejected');

describe('a proposer elsewhere', () => {
  it('answers asks with its proposals, the oldest first', () => {
    const world = studyOf(chain(external('agent'), sobol()));
    expect(suggestions(world)).toEqual([]);
    expect([...world.awaited]).toEqual(['agent']);
    propose(world, 0.25, { note: 'the middle of the left' });
    expect(last(world)).toMatchObject({ by: 'external', params: { x: 0.25 }, proposal: 2, tags: { note: 'the middle of the left' } });
    propose(world, 0.5);
    propose(world, 0.75);
    complete(world);
    expect(last(world)).toMatchObject({ params: { x: 0.5 }, proposal: 4 });
    complete(world);
    expect(last(world)).toMatchObject({ params: { x: 0.75 }, proposal: 5 });
  });

  it('is replaced after a timeout, until it proposes again', () => {
    const world = studyOf(chain(external('agent'), sobol()));
    expire(world);
    expect(last(world)).toMatchObject({ trial: 1, by: 'sobol' });
    complete(world);
    expect(last(world)).toMatchObject({ trial: 2, by: 'sobol' });
    propose(world, 0.3);
    complete(world);
    expect(last(world)).toMatchObject({ trial: 3, by: 'external' });
    complete(world);
    expect(world.engine.phase).toBe('waiting');
    expect([...world.awaited]).toEqual(['agent']);
  });

  it('is not absent if it proposed just as its time ended', () => {
    const world = studyOf(chain(external('agent'), sobol()));
    const known = world.engine.ledger.position;
    propose(world, 0.3);
    expire(world, { known });
    complete(world);
    expect(world.engine.phase).toBe('waiting');
    expect([...world.awaited]).toEqual(['agent']);
    expire(world, { known: world.engine.ledger.position });
    expect(last(world)).toMatchObject({ trial: 2, by: 'sobol' });
    const before = studyOf(chain(external('agent'), sobol())); // a log of an earlier version does not record what was read
    propose(before, 0.3);
    expire(before);
    complete(before);
    expect(last(before)).toMatchObject({ trial: 2, by: 'sobol' });
  });

  it('is late also if the log has facts that its engine has not read', async () => {
    const inner = memoryLog();
    let refused = 0;
    const append = async (fact: unknown): Promise<'stored' | 'fenced'> => {
      const { type, after } = fact as { readonly type: string; readonly after?: number };
      if (type === 'expired') await inner.append({ type: 'annotated', note: 'unread' });
      if (after === undefined || after >= (await inner.head())) return inner.append(fact);
      if (++refused > 50) throw new Error('refused for ever');
      return 'fenced'; // as a log on a server refuses decisions from the past
    };
    await using study = createStudy(line, {
      strategy: chain(external('agent', { wait: 0.01 }), sobol()),
      trials: 1,
      log: { ...inner, append },
    });
    expect(await study.ask()).toMatchObject({ by: 'sobol' });
  });

  it('is never waited for with wait: 0', () => {
    const world = studyOf(chain(external('agent', { wait: 0 }), sobol()));
    expect(last(world)).toMatchObject({ by: 'sobol' });
    propose(world, 0.3);
    complete(world);
    expect(last(world)).toMatchObject({ by: 'external' });
    complete(world);
    expect(last(world)).toMatchObject({ by: 'sobol' });
  });

  it('does not use a proposal that is too old, or that another proposer made', () => {
    const world = studyOf(chain(external('agent', { wait: 0 }), sobol()));
    propose(world, 0.3);
    propose(world, 0.4);
    expire(world, { proposal: 3 });
    world.say({ type: 'proposed', proposer: 'other', params: { x: 0.9 } });
    complete(world);
    expect(last(world)).toMatchObject({ by: 'external', params: { x: 0.4 } });
    complete(world);
    expect(last(world)).toMatchObject({ by: 'sobol' });
  });

  it('cannot repeat a point that was tried or proposed before, unless duplicates are allowed', () => {
    const world = studyOf(chain(external('agent'), sobol()));
    propose(world, 0.3);
    propose(world, 0.3);
    expect(rejected(world)).toMatchObject({ refusal: { code: 'duplicate', message: 'trial 1 has this configuration already' } });
    propose(world, 0.4);
    propose(world, 0.4);
    expect(rejected(world)).toMatchObject({ refusal: { message: 'proposal 5 of agent has this configuration already' } });
    const lenient = createTestStudy(line, chain(external('agent'), sobol()), { duplicates: 'allow', trials: 5 });
    for (const _ of [1, 2]) propose(lenient, 0.3);
    complete(lenient);
    expect(suggestions(lenient).map(({ params, proposal }) => [params, proposal])).toEqual([
      [{ x: 0.3 }, 2],
      [{ x: 0.3 }, 4],
    ]);
  });

  it('uses up a proposal that a person or another strategy tries first', () => {
    const world = studyOf(chain(external('agent', { wait: 0 }), sobol()));
    propose(world, 0.3);
    world.say({ type: 'enqueued', params: { x: 0.3 } });
    complete(world);
    expect(last(world)).toMatchObject({ by: 'queue', params: { x: 0.3 } });
    complete(world);
    expect(last(world)).toMatchObject({ by: 'sobol' });
  });

  it('has at most 64 waiting proposals, each within the space', () => {
    const world = studyOf(chain(external('agent', { wait: 0 }), sobol()));
    for (let i = 0; i < 65; i++) propose(world, i / 100);
    expect(rejected(world)).toMatchObject({ refusal: { code: 'too-many', message: '64 proposals of agent are already waiting' } });
    propose(world, 2);
    expect(rejected(world)).toMatchObject({ refusal: { code: 'bad-field', message: expect.stringContaining('x: expected') } });
  });

  it('proposes its next point if one is rejected', () => {
    const world = studyOf(
      chain(
        reject(([x]) => x! < 0.5, external('agent', { wait: 0 })),
        sobol(),
      ),
    );
    for (const x of [0.1, 0.7]) propose(world, x);
    complete(world);
    expect(last(world)).toMatchObject({ by: 'reject/external', params: { x: 0.7 } });
  });

  it('is waited for if all its proposals are rejected', () => {
    const world = studyOf(
      chain(
        reject(([x]) => x! < 0.5, external('agent')),
        sobol(),
      ),
    );
    propose(world, 0.1);
    expect(suggestions(world)).toEqual([]);
    propose(world, 0.7);
    expect(last(world)).toMatchObject({ by: 'reject/external', params: { x: 0.7 } });
    complete(world);
    expire(world);
    expect(last(world)).toMatchObject({ by: 'sobol' });
  });

  it('is waited for in a mix, when it is drawn', () => {
    const world = studyOf(mix({ model: [sobol(), 0.5], agent: [chain(external('agent'), random()), 0.5] }));
    const bys: string[] = [];
    for (let i = 0; i < 12; i++) {
      if (world.awaited.has('agent')) propose(world, (i + 1) / 100);
      bys.push(last(world)!.by);
      complete(world);
    }
    expect(bys.filter((by) => by === 'mix/agent/external').length).toBeGreaterThan(2);
    expect(bys.filter((by) => by === 'mix/model/sobol').length).toBeGreaterThan(2);
    expect(bys).not.toContain('mix/agent/random');
  });

  it('does not keep a study open that has reached its limit', () => {
    const world = studyOf(chain(external('agent'), random()), 1);
    propose(world, 0.3);
    complete(world);
    expect(world.finished).toBe(true);
  });

  it('does not exist in virtual time, so a simulation falls back', async () => {
    const { reason } = await simulate(
      line,
      { steps: 1, curve: ({ x }) => ({ value: () => x, seconds: 1 }) },
      { strategy: chain(external('agent'), sobol()), trials: 4 },
    );
    expect(reason).toBe('trials');
  });

  it('has a form for study files', () => {
    expect(parseStrategy({ external: 'agent' }).spec).toEqual({ external: { proposer: 'agent' } });
    expect(parseStrategy({ chain: [{ external: { proposer: 'agent', wait: 5 } }, 'random'] }).spec).toEqual({
      chain: [{ external: { proposer: 'agent', wait: 5 } }, 'random'],
    });
    expect(() => parseStrategy('external')).toThrow(/strategy\.external\.proposer: .*, got nothing/);
    expect(() => parseStrategy({ external: { proposer: 'agent', wait: -1 } })).toThrow('strategy.external.wait: expected');
  });
});

describe('a study with a proposer elsewhere', () => {
  const strategy = chain(external('agent', { wait: 0.05 }), sobol());

  it('waits for it by the clock, and is verified without it', async () => {
    const log = memoryLog();
    const study = createStudy(line, { strategy, trials: 6, log });
    const bys: string[] = [];
    for (let i = 0; i < 6; i++) {
      if (i === 1 || i === 2) await study.propose('agent', { x: 0.1 * i }, { note: 'a guess' });
      const trial = await study.ask();
      bys.push(trial!.by);
      await study.tell(trial!.trial, trial!.params.x);
    }
    // Absent at first; then two proposals, each used at once; then one more wait.
    expect(bys).toEqual(['sobol', 'external', 'external', 'sobol', 'sobol', 'sobol']);
    await study.close();
    const entries: Entry[] = [];
    for await (const batch of past(log, 1)) entries.push(...batch);
    expect(entries.filter(({ fact }) => (fact as Fact).type === 'expired')).toHaveLength(2);
    const verdict = await verify(line, strategyOf(entries[0]!.fact as never), async function* () {
      yield entries;
    });
    expect(verdict).toEqual({ recomputed: 6 });
  });

  it('lets a proposal expire by the clock', async () => {
    const log = memoryLog();
    await using study = createStudy(line, { strategy: chain(external('agent', { wait: 0 }), sobol()), trials: 2, log });
    await study.propose('agent', { x: 0.9 }, { seconds: 0.02 });
    for await (const batch of log.read(1, AbortSignal.timeout(10_000))) {
      if (batch.some(({ fact }) => (fact as Fact).type === 'expired')) break;
    }
    await setImmediate(); // until the engine has read it, too
    expect((await study.ask())!.by).toBe('sobol');
  });

  it('refuses an unknown proposer', async () => {
    const none = createStudy(line, { strategy: sobol(), trials: 2 });
    await expect(none.propose('agent', { x: 0.5 })).rejects.toThrow(coded('unknown-proposer'));
    const named = createStudy(line, { strategy: bandit({ external: sobol(), own: chain(external('agent'), random()) }), trials: 2 });
    await expect(named.propose('sobol', { x: 0.5 })).rejects.toThrow(coded('unknown-proposer'));
    for (const one of [none, named]) await one.close();
  });
});
