import { Observable } from 'rxjs';
import { expect, it } from 'vitest';
import type { Entry } from '../../src/entry.ts';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import { type Env, type Message, propose, wait } from '../../src/messages.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { draw } from '../../src/space/axis.ts';
import { float, int } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';
import { chain } from '../../streams/chain.ts';
import { InfeasibleError } from '../../streams/evaluate.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { optimize } from '../../streams/optimize.ts';
import { asha } from '../../streams/strategies/asha.ts';
import { ga } from '../../streams/strategies/ga.ts';
import { random } from '../../streams/strategies/random.ts';
import type { Strategy } from '../../streams/strategy.ts';
import { verify } from '../../streams/verify.ts';

const square = space({ x: float(-1, 1), n: int(1, 5) });
type Point = { readonly x: number; readonly n: number };
const objective = async ({ x, n }: Point) => {
  await undefined;
  if (n === 5) throw new InfeasibleError('n');
  return x * x + n;
};

async function entriesOf(strategy: Strategy, options: object = {}): Promise<Entry[]> {
  const log = memoryLog();
  await optimize(square, objective, { strategy, log, trials: 20, parallel: 3, ...options }).result();
  const entries: Entry[] = [];
  const head = await log.head();
  for await (const batch of log.read()) {
    entries.push(...batch);
    if (entries.length >= head) break;
  }
  return entries;
}

const reading = (entries: readonly Entry[]) =>
  async function* () {
    for (let i = 0; i < entries.length; i += 7) yield entries.slice(i, i + 7);
  };

it.each([
  ['random', random()],
  ['ga', chain(ga({ population: 4 }), random())],
  ['asha', chain(asha({ min: 1, max: 9 }), ga({ population: 4 }), random())],
])('recomputes what %s has suggested', async (_, strategy) => {
  const entries = await entriesOf(strategy);
  const suggested = entries.filter(({ fact }) => (fact as SuggestedFact).type === 'suggested').length;
  expect(suggested).toBeGreaterThanOrEqual(20);
  expect(await verify(square, strategy, reading(entries))).toEqual({ recomputed: suggested });
});

it('names the first suggestion that differs and the field, whichever field it is', async () => {
  const strategy = chain(asha({ min: 1, max: 9 }), random());
  const entries = await entriesOf(strategy);
  const promoted = entries.find(({ fact }) => (fact as SuggestedFact).resumes !== undefined)!;
  const changed = (fields: object) =>
    entries.map((entry) => (entry.position === promoted.position ? { ...entry, fact: { ...(entry.fact as object), ...fields } } : entry));
  const { budget, params, by } = promoted.fact as SuggestedFact;
  const differing = async (fields: object) => (await verify(square, strategy, reading(changed(fields)))).differs;
  const { position } = promoted;
  expect(await differing({ budget: 4 })).toEqual({ position, field: 'budget', logged: 4, recomputed: budget });
  expect(await differing({ by: 'ga' })).toEqual({ position, field: 'by', logged: 'ga', recomputed: by });
  expect(await differing({ tags: { a: 'b' } })).toEqual({ position, field: 'tags', logged: { a: 'b' }, recomputed: undefined });
  expect(await differing({ params: { ...params, n: 77 } })).toMatchObject({ position, field: 'params.n', logged: 77 });
});

it('says so where a strategy would have waited, or not have gone on', async () => {
  const never: Strategy = Object.assign(
    () => (messages$: Observable<Message>) =>
      new Observable<Message>((out) => messages$.subscribe((m) => out.next(m.type === 'ask' ? wait(m, 'never') : m))),
    { spec: 'never' },
  );
  const { recomputed, differs } = await verify(square, never, reading(await entriesOf(random())));
  expect(recomputed).toBe(0);
  expect(differs).toMatchObject({ position: 2, field: 'type', logged: 'suggested', recomputed: expect.stringContaining('never waits') });
});

/** A strategy that must think before each answer. */
const thinking: Strategy = Object.assign(
  (env: Env) => (messages$: Observable<Message>) =>
    new Observable<Message>((out) => {
      let thought = 0;
      return messages$.subscribe((m) => {
        if (m.type !== 'ask') return out.next(m);
        if (thought >= m.id) return out.next(propose(m, 'thinking', env.snap(draw(env.axes, rngFor(env.seed, 'thinking', m.id)))));
        out.next(wait(m, 'thinking', 'ready'));
        setTimeout(() => {
          thought = m.id;
          out.next({ type: 'ready', by: 'thinking' });
        });
      });
    }),
  { spec: 'thinking' },
);

it('waits for models', async () => {
  const entries = await entriesOf(thinking, { parallel: 1 });
  expect(await verify(square, thinking, reading(entries))).toEqual({ recomputed: 20 });
});
