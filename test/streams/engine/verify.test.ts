import { setImmediate as turn } from 'node:timers/promises';
import { lastValueFrom, NEVER, Observable, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact, SuggestedFact } from '../../../src/facts/facts.ts';
import { index, rngFor } from '../../../src/numeric/random.ts';
import { draw } from '../../../src/space/axis.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { type Message, propose, wait } from '../../../src/strategy/messages.ts';
import { runFleet } from '../../../src/testing/fleet.ts';
import { createTestStudy, type TestStudy } from '../../../src/testing/testStudy.ts';
import { memoryLog } from '../../../streams/core.ts';
import { verify } from '../../../streams/engine/verify.ts';
import {
  asha,
  chain,
  float,
  ga,
  type Infer,
  int,
  type Log,
  optimize,
  random,
  type Strategy,
  sobol,
  space,
  suggest,
} from '../../../streams/index.ts';
import { strategyOf } from '../../../streams/spec/spec.ts';

const box = space({ x: float(0, 1), n: int(1, 9) });
type Box = Infer<typeof box>;

const curve = ({ x, n }: Box, step = 3) => (x - 0.3) ** 2 + n / 10 + 1 / step;
const reader = (entries: readonly Entry[]) =>
  async function* () {
    for (let i = 0; i < entries.length; i += 7) yield entries.slice(i, i + 7);
  };
const check = (entries: readonly Entry[], strategy: Strategy = strategyOf(entries[0]!.fact as never)) =>
  verify(box, strategy, reader(entries));
const suggestions = (entries: readonly Entry[]) =>
  entries.map(({ position, fact }) => ({ position, ...(fact as SuggestedFact) })).filter(({ type }) => type === 'suggested');
const count = (entries: readonly Entry[]) => suggestions(entries).filter(({ attempt }) => attempt === 1).length;
const done = (trial: number, value: number): Fact => ({ type: 'completed', trial, values: { value } });
const evolve = chain(ga({ population: 4 }), random());

/** Completes the open trials, the last one first, until the study holds so many facts. */
async function work(world: TestStudy<Box>, upTo: number): Promise<void> {
  while (world.entries.length < upTo && !world.finished) {
    const [trial, { suggestion }] = [...world.engine.ledger.open].at(-1)!;
    world.say(done(trial, curve(suggestion.params as Box)));
    await turn();
  }
}

describe('verify', () => {
  it.each([
    ['ga', evolve],
    ['promotions', chain(asha({ min: 1, max: 9, pause: true }), random())],
    ['stops', chain(asha({ min: 1, max: 9 }), sobol())],
  ] as const)('recomputes all of a study with crashes, retries and stops: %s', async (_, strategy) => {
    const world = createTestStudy(box, strategy, { trials: 30, parallel: 4, seed: 5 });
    runFleet(world, 11, { curve, crash: 0.1, lose: 0.2 });
    expect(world.finished).toBe(true);
    expect(suggestions(world.entries).some(({ attempt }) => attempt > 1)).toBe(true);
    expect(await check(world.entries)).toEqual({ recomputed: count(world.entries) });
    const retry = world.entries.findIndex(({ fact }) => (fact as SuggestedFact).attempt > 1 && (fact as Fact).type === 'suggested');
    const fact = { ...(world.entries[retry]!.fact as SuggestedFact), by: 'another' };
    const changed = world.entries.with(retry, { ...world.entries[retry]!, fact });
    expect(await check(changed)).toMatchObject({ differs: { position: retry + 1, field: 'by', logged: 'another' } });
  });

  it('recomputes suggestions before and after a retraction, each from the facts up to then', async () => {
    const world = createTestStudy(box, evolve, { trials: 30, parallel: 3, seed: 5 });
    await work(world, 20);
    const best = world.engine.ledger.best!.trial;
    world.say({ type: 'retracted', trial: best });
    await turn();
    await work(world, 40);
    world.say({ type: 'retracted', trial: world.engine.ledger.best!.trial });
    await turn();
    await work(world, 1000);
    expect(await check(world.entries)).toEqual({ recomputed: 30 });

    const untold = world.entries.map((entry) =>
      (entry.fact as Fact).type === 'retracted' ? { ...entry, fact: { type: 'enqueued', params: 'nothing' } } : entry,
    );
    expect(await check(untold)).toMatchObject({ differs: { position: expect.any(Number) } });
  });

  it('recomputes across a switch of the strategy, more trials, and what was enqueued', async () => {
    const world = createTestStudy(box, random(), { trials: 10, parallel: 2, seed: 5 });
    await work(world, 12);
    world.say({ type: 'changed', strategy: { chain: [{ ga: { population: 4 } }, 'random'] } });
    await turn();
    world.say({ type: 'enqueued', params: { n: 3 } });
    await work(world, 1000);
    expect(world.finished).toBe(true);
    world.say({ type: 'changed', limits: { trials: 16 }, parallel: 3, strategy: 'sobol' });
    await turn();
    world.say({ type: 'retracted', trial: 2 });
    await turn();
    await work(world, 1000);
    const paths = suggestions(world.entries).map(({ by }) => by.replace(/\d+/, ''));
    expect(new Set(paths)).toEqual(new Set(['random', '#/ga', 'queue', '#/sobol']));
    expect(await check(world.entries)).toEqual({ recomputed: count(world.entries) });
  });

  it('recomputes from `after` if others wrote in between', async () => {
    const log = late(memoryLog());
    const strategy = chain(ga({ population: 4 }), random());
    let commands = [20, 35];
    const entries: Entry[] = [];
    const say = (fact: Fact) => void log.append(fact);
    const working = NEVER.pipe(
      suggest(box, { strategy, trials: 40, parallel: 4, seed: 2, log }),
      tap((directive) => {
        if (directive.type !== 'suggested') return;
        const { trial, params } = directive;
        say({ type: 'started', trial, attempt: 1, run: `${trial}` });
        for (let step = 1; step < 4; step++)
          say({ type: 'reported', trial, run: `${trial}`, step, values: { value: curve(params, step) } });
        say({ type: 'completed', trial, run: `${trial}`, values: { value: curve(params) } });
        if (trial < commands[0]!) return;
        commands = commands.slice(1);
        say({ type: 'retracted', trial: trial - 10 });
      }),
    );
    await lastValueFrom(working, { defaultValue: undefined });
    await log.close();
    for await (const batch of log.read()) entries.push(...batch);
    expect(suggestions(entries).filter(({ position, after }) => position - after! > 2).length).toBeGreaterThan(10);
    expect(count(entries)).toBe(40);
    expect(await check(entries)).toEqual({ recomputed: 40 });
  });

  it('reports the first suggestion that was tampered with', async () => {
    const world = createTestStudy(box, evolve, { trials: 20, parallel: 2, seed: 5 });
    runFleet(world, 3, { curve });
    const victim = suggestions(world.entries)[12]!;
    const tampered = (change: object) =>
      world.entries.map((entry) =>
        entry.position === victim.position ? { ...entry, fact: { ...(entry.fact as object), ...change } } : entry,
      );
    const otherN = { params: { ...victim.params, n: 1 + ((victim.params.n as number) % 9) } };
    for (const change of [
      otherN,
      { by: 'random' },
      { budget: 3 },
      { after: 1 },
      { ...otherN, after: undefined },
      { ...otherN, after: 10_000 },
    ]) {
      expect(await check(tampered(change)), JSON.stringify(change)).toMatchObject({ differs: { position: victim.position } });
    }
    const result = world.entries.find(({ fact }) => (fact as Fact).type === 'completed')!;
    const better = world.entries.map((entry) =>
      entry === result ? { ...entry, fact: { ...(entry.fact as object), values: { value: -9 } } } : entry,
    );
    expect((await check(better)).differs!.position).toBeGreaterThan(result.position);
  });

  it('reports a suggestion for which the strategy would have waited forever', async () => {
    const world = createTestStudy(box, random(), { trials: 3 });
    await work(world, 1000);
    const never = answering((m) => wait(m, 'never'));
    expect(await check(world.entries, never)).toMatchObject({
      recomputed: 0,
      differs: { position: 2, field: 'type', logged: 'suggested', recomputed: expect.stringContaining('never waits') },
    });
  });

  it('waits for models', async () => {
    const log = memoryLog();
    await optimize(box, (params) => curve(params), { strategy: thinking(), log, trials: 12 }).result();
    await log.close();
    const entries: Entry[] = [];
    for await (const batch of log.read()) entries.push(...batch);
    expect(await check(entries, thinking())).toEqual({ recomputed: 12 });
  });

  it('does not count what people imported', async () => {
    const world = createTestStudy(box, evolve, { trials: 3 });
    await work(world, 4);
    const { nextTrial } = world.engine.ledger;
    world.say({ type: 'suggested', trial: nextTrial, attempt: 1, by: 'import', params: { x: 0.5, n: 2 } });
    world.say({ type: 'completed', trial: nextTrial, run: 'import', values: { value: 0 } });
    await work(world, 1000);
    expect(await check(world.entries)).toEqual({ recomputed: 3 });
  });
});

const answering = (answer: (m: Message & { type: 'ask' }, out: (m: Message) => void, env: Env) => Message): Strategy =>
  Object.assign(
    (env: Env) => (messages$: Observable<Message>) =>
      new Observable<Message>((out) =>
        messages$.subscribe((m) => out.next(m.type === 'ask' ? answer(m, (later) => out.next(later), env) : m)),
      ),
    { spec: 'code' },
  );

/** A strategy that must fit before each answer. */
function thinking(): Strategy {
  let thought = 0;
  return answering((m, say, env) => {
    if (thought >= m.id) return propose(m, 'thinking', env.snap(draw(env.axes, rngFor(env.seed, 'thinking', m.id))));
    setTimeout(() => {
      thought = m.id;
      say({ type: 'ready', by: 'thinking' });
    });
    return wait(m, 'thinking', 'ready');
  });
}

/** A log that stores suggestions late: others write in between. */
function late(log: Log): Log {
  let appends = 0;
  return {
    ...log,
    append: async (fact) => {
      const isSuggestion = (fact as Fact).type === 'suggested';
      for (let wait = isSuggestion ? index(rngFor('late', '', ++appends), 5) : 0; wait > 0; wait--) await turn();
      return log.append(fact);
    },
  };
}
