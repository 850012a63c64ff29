import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { Subject } from 'rxjs';
import { Ledger } from '../ledger/ledger.ts';
import { rngFor } from '../numeric/random.ts';
import { active, draw } from '../space/axis.ts';
import { type Ask, isStrategyEvent, type Message, phaseTag, stateIn } from '../strategy/messages.ts';
import { type Coverage, newCoverage, suggestionsOf, tally } from './coverage.ts';
import { askerIn, checkFixedValues } from './fixedValues.ts';
import { runFleet } from './fleet.ts';
import type { TestRunner } from './logContract.ts';
import { checkResumes, factsOf } from './resumption.ts';
import { watchStates } from './states.ts';
import { caseEnv, isReply, type StrategyCase, story, subscribed, watched } from './subscribed.ts';
import { createTestStudy, type TestStudy } from './testStudy.ts';

/** The first study of each case, which several properties share, because running it takes most of the time of a property. */
const firsts = new WeakMap<object, unknown>();

function firstOf<P>(of: StrategyCase<P>): TestStudy<P> {
  const known = firsts.get(of) as TestStudy<P> | undefined;
  const first = known ?? played(of, 0);
  firsts.set(of, first);
  return first;
}

function played<P>({ make, space, study, fleet }: StrategyCase<P>, order: number, seed: number | string = 1): TestStudy<P> {
  const world = createTestStudy(space, make(), { ...study, seed });
  runFleet(world, order, fleet);
  return world;
}

/**
 * What must hold for every strategy and composition. A property throws if it does not hold.
 */
export const strategyProperties = {
  'keeps to its slots, numbers trials without a gap, and ends'<P>(of: StrategyCase<P>): void {
    const world = firstOf(of);
    ok(world.finished, 'the study did not end');
    const first = suggestionsOf(world).filter(({ attempt }) => attempt === 1);
    deepStrictEqual(
      first.map(({ trial }) => trial),
      first.map((_, i) => i + 1),
    );
    const ledger = new Ledger(of.space);
    for (const entry of world.entries) {
      ledger.fold(entry);
      ok(ledger.running <= (of.study.parallel ?? 1), `${ledger.running} trials were open at once`);
    }
  },

  'is a function of the seed and of the order of events'<P>(of: StrategyCase<P>): void {
    deepStrictEqual(factsOf(played(of, 0)), factsOf(firstOf(of)));
  },

  'differs by seed'<P>(of: StrategyCase<P>): void {
    const params = (world: TestStudy<P>) => suggestionsOf(world).map((s) => JSON.stringify(s.params));
    ok(JSON.stringify(params(firstOf(of))) !== JSON.stringify(params(played(of, 0, 2))), 'two seeds gave the same suggestions');
  },

  'answers every ask immediately and exactly once'<P>(of: StrategyCase<P>): void {
    const { put } = subscribed(of);
    for (const { said, heard } of story(of, put)) {
      const replies = heard.filter(isReply);
      if (said.type === 'ask') strictEqual(replies.length, 1, `the ask for trial ${said.id} got ${replies.length} replies`);
      else strictEqual(replies.length, 0, `${said.type} was answered like an ask`);
      for (const reply of replies) strictEqual((reply as Ask).id, (said as Ask).id);
    }
  },

  'proposes snapped and feasible points in the cube'<P>(of: StrategyCase<P>): void {
    const { put } = subscribed(of);
    for (const { heard } of story(of, put)) {
      for (const m of heard) {
        if (m.type !== 'propose') continue;
        ok(m.point.length === of.space.axes.length && m.point.every((u) => u >= 0 && u <= 1), `[${m.point}] is not in the cube`);
        deepStrictEqual(of.space.snap(m.point), m.point, 'a point is not snapped');
        ok(of.space.feasible(m.point), `[${m.point}] breaks a constraint`);
        const on = active(of.space.axes, m.point);
        ok(
          m.point.every((u, i) => on[i] || u === 0.5),
          'an inactive coordinate is not 0.5',
        );
      }
    }
  },

  'passes on facts and decisions of other stages, unchanged and before its own'<P>(of: StrategyCase<P>): void {
    const { put } = subscribed(of);
    for (const { said, heard } of story(of, put, 30))
      if (isStrategyEvent(said)) strictEqual(heard[0], said, `${said.type} did not come through first`);
    const point = of.space.snap(draw(of.space.axes, rngFor('foreign', 'contract', 0)));
    const foreign: Message[] = [
      { type: 'stop', id: 1, by: 'other' },
      { type: 'ready', by: 'other' },
      { type: 'wait', id: 99, by: 'other', until: 'ready' },
      { type: 'propose', id: 99, by: 'other', point, resumes: 1 },
    ];
    for (const m of foreign) deepStrictEqual(put(m), [m]);
  },

  'does not change when it is asked'<P>(of: StrategyCase<P>): void {
    const [curious, plain] = [subscribed(of), subscribed(of)];
    const put = (m: Message) => {
      if (m.type === 'ask') for (let k = 0; k < 3; k++) curious.put({ ...m, retry: k });
      const heard = curious.put(m);
      deepStrictEqual(heard, plain.put(m), `asking changed what follows ${m.type}`);
      return heard;
    };
    for (const _ of story(of, put));
  },

  'never changes a state that it is given'<P>(of: StrategyCase<P>): void {
    const { watch, check } = watchStates();
    const { put } = subscribed(of, { watch });
    const checked = (m: Message) => {
      const heard = put(m);
      check(m.type);
      return heard;
    };
    for (const _ of story(of, checked, 30));
  },

  'suggests in the phase that its machine shows, and tells how long its answers take'<P>(of: StrategyCase<P>): void {
    const { phases, answered, twice, put } = watched(of);
    deepStrictEqual(twice, [], 'two machines have one path');
    for (const { said, heard } of story(of, put, 30)) {
      const reply = heard.find((m) => m.type === 'propose');
      if (said.type !== 'ask' || reply === undefined || !phases.has(reply.by)) continue;
      const last = answered.findLast(({ path }) => path === reply.by);
      ok(last !== undefined && last.seconds >= 0, `the answer of ${reply.by} was not timed`);
      strictEqual(last.phase, phases.get(reply.by)!(), `${reply.by} answered in another phase than that of its machine`);
      const [tagged] = [stateIn(reply.tags, phaseTag(reply.by)) ?? last.phase].flat();
      strictEqual(tagged, last.phase, `a tag of ${reply.by} names another phase than that of its machine`);
    }
  },

  'is in the phase that its facts lead to, however often it was asked'<P>(of: StrategyCase<P>): void {
    const { phases, put } = watched(of);
    const facts: Message[] = [];
    for (const { said } of story(of, put, 30)) {
      if (said.type !== 'ask') facts.push(said);
      if (facts.length % 3 !== 0) continue;
      const unasked = watched(of);
      for (const fact of facts) unasked.put(fact);
      const now = (of: typeof phases) => Object.fromEntries([...of].map(([path, phase]) => [path, phase()]));
      deepStrictEqual(now(unasked.phases), now(phases), `asks changed a phase by fact ${facts.length}`);
    }
  },

  'starts again with each subscription'<P>(of: StrategyCase<P>): void {
    const strategy = of.make()(caseEnv(of));
    const source = new Subject<Message>();
    const replay = (messages: readonly Message[]) => {
      const out: Message[] = [];
      const subscription = source.pipe(strategy).subscribe((m) => out.push(m));
      for (const m of messages) source.next(m);
      subscription.unsubscribe();
      return out;
    };
    const { put } = subscribed(of);
    const messages = [...story(of, put, 30)].map(({ said }) => said);
    deepStrictEqual(replay(messages), replay(messages));
  },

  'unsubscribes from its source'<P>(of: StrategyCase<P>): void {
    const { source, end } = subscribed(of);
    ok(source.observed);
    end();
    ok(!source.observed, 'it still listens after it was unsubscribed');
  },

  'passes on an error of its source'<P>(of: StrategyCase<P>): void {
    const { source, put } = subscribed(of);
    source.error(new Error('the source broke'));
    let broke = false;
    try {
      put({ type: 'ask', id: 1 });
    } catch (error) {
      broke = (error as Error).message === 'the source broke';
    }
    ok(broke, 'the error was lost');
  },

  'resumes from any prefix of its log as if nothing had happened'<P>(of: StrategyCase<P>, met: Coverage = newCoverage()): void {
    for (let run = 0; run < (of.runs ?? 100); run++) {
      const whole = run === 0 ? firstOf(of) : played(of, run);
      const cut = 1 + Math.floor(rngFor('cut', 'contract', run)() * (whole.entries.length - 1));
      checkResumes(of, whole, cut, run, (resumed) => tally(met, whole, resumed, cut));
    }
  },

  'keeps to fixed values, and resumes from any prefix of a log with them'<P>(of: StrategyCase<P>): void {
    const fleet = { ...of.fleet, asker: askerIn(of.space) };
    for (let run = 0; run < Math.ceil((of.runs ?? 100) / 10); run++) {
      const whole = played({ ...of, fleet }, run);
      checkFixedValues(of.space, whole.entries);
      checkResumes(of, whole, 1 + Math.floor(rngFor('cut', 'fixed', run)() * (whole.entries.length - 1)), run);
    }
  },
} as const;

/**
 * The contract of every strategy, as tests.
 *
 * @example
 * strategyContract({ describe, it }, 'ga', { make: () => ga(), space, study: { trials: 30, parallel: 3 }, fleet: { curve } });
 */
export function strategyContract<P>({ describe, it }: Pick<TestRunner, 'describe' | 'it'>, name: string, of: StrategyCase<P>): void {
  describe(`${name} keeps the contract of a strategy`, () => {
    for (const [title, property] of Object.entries(strategyProperties)) it(title, () => property(of), of.timeout);
  });
}
