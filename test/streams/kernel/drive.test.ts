import { finalize, take as first, from, lastValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chart } from '../../../machines/index.ts';
import type { Core } from '../../../src/strategy/core.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { type Ask, type Message, propose, wait } from '../../../src/strategy/messages.ts';
import { chain, random, type Strategy, take } from '../../../streams/index.ts';
import { drive } from '../../../streams/kernel/drive.ts';
import { runInner } from '../../../streams/kernel/inner.ts';
import { operatorOf } from '../../../streams/kernel/operator.ts';
import { coded } from '../../support/coded.ts';
import { interview, proposal, rootEnv, suggestedFrom } from '../../support/interview.ts';
import { textbook } from '../../support/spaces.ts';

const env: Env = { ...rootEnv(textbook), name: 'own' };
const middle = textbook.snap([0.5, 0.5]);

/** A core of one phase, with something else about it. */
const core = (rest: Partial<Core<number, 'open', 'closed'>>): Core<number, 'open', 'closed'> => ({
  start: 0,
  tell: (told) => told + 1,
  verdict: () => undefined,
  answers: { open: (_, ask) => propose(ask, env.name, middle) },
  ...rest,
});
const openChart = chart('shop', 'open', { open: { closed: 'shut' }, shut: 'final' });
const asking = (rest: Partial<Core<number, 'open', 'closed'>>, at = env) => interview(() => drive(openChart, core(rest), at), at);

describe('drive', () => {
  it('asks for no verdict in a final phase, in which asks are handed on', () => {
    const verdicts = { open: () => 'closed' } as Readonly<Record<string, () => 'closed'>>;
    const { ask } = asking({ verdict: (_, phase) => verdicts[phase]!() });
    expect([ask(1), ask(2)]).toEqual([1, 2].map((id) => ({ type: 'ask', id })));
  });

  it('names a core whose verdicts lead from phase to phase for ever', () => {
    const round = chart('round', 'open', { open: { closed: 'shut' }, shut: { closed: 'open' } });
    const restless: Core<number, 'open' | 'shut', 'closed'> = {
      ...core({}),
      answers: { open: (_, ask) => ask, shut: (_, ask) => ask },
      verdict: () => 'closed',
    };
    expect(() => interview(() => drive(round, restless, env), env).ask(1)).toThrow(coded('strategy'));
  });

  it('names a core whose verdict the chart does not have, and one that has no answer in a phase', () => {
    expect(() => asking({ verdict: () => 'fly' as never }).ask(1)).toThrow('own: its chart has no event fly');
    expect(() => asking({ answers: {} as never }).ask(1)).toThrow('own: it has no answer in the phase open of its chart');
  });

  it('names a core that answers something else', () => {
    expect(() => asking({ answers: { open: () => middle as never } }).ask(1)).toThrow(coded('strategy'));
  });

  it('lets an operator end a strategy inside it', () => {
    let ended = 0;
    const inner = (() => finalize(() => ended++)) as unknown as Strategy;
    const owner = operatorOf(env, (out) => {
      runInner(inner, env, out).unsubscribe();
      return { tell: () => {}, ask: (ask) => ask };
    });
    expect(interview(() => owner, env).ask(1)).toMatchObject({ type: 'ask' });
    expect(ended).toBe(1);
  });

  it('is not disturbed by a watch that throws', () => {
    const watch = () => {
      throw new Error('the page broke');
    };
    const { ask, tell } = asking({}, { ...env, watch });
    tell(suggestedFrom(proposal(ask(1))));
    expect(ask(2)).toMatchObject({ type: 'propose' });
  });

  it('begins long work when an answer waits for it, once until it is done', async () => {
    let begun = 0;
    let done = () => {};
    const work = () => () => {
      begun++;
      return new Promise<void>((resolve) => {
        done = resolve;
      });
    };
    const waiting = {
      answers: { open: (told: number, ask: Ask) => (told === 0 ? propose(ask, env.name, middle) : wait(ask, env.name, 'ready')) },
      work,
    };
    const { ask, tell, heard } = asking(waiting);
    tell(suggestedFrom(proposal(ask(1))));
    expect(begun).toBe(0);
    ask(2);
    ask(2);
    expect(begun).toBe(1);
    done();
    await new Promise(setImmediate);
    expect(heard.at(-1)).toEqual({ type: 'ready', by: 'own' });
    ask(2);
    expect(begun).toBe(2);
  });
});

describe('operatorOf', () => {
  it('names an operator that answers nothing, also as the last stage', () => {
    const silent: Strategy = () => operatorOf({ name: 'silent' }, () => ({ tell: () => {}, ask: () => undefined as never }));
    expect(() => interview(chain(silent, random()), env).ask(1)).toThrow(coded('strategy'));
    expect(() => interview(silent, env).ask(1)).toThrow('silent answered');
  });

  it('takes nothing more from its source once no one listens', async () => {
    let asked = 0;
    const counting = operatorOf(env, () => ({
      tell: () => {},
      ask(ask) {
        asked++;
        return ask;
      },
    }));
    const asks$ = from([1, 2, 3, 4].map((id): Message => ({ type: 'ask', id })));
    expect(await lastValueFrom(asks$.pipe(counting, first(1), toArray()))).toHaveLength(1);
    expect(asked).toBe(1);
  });
});

it('a bare operator counts as a strategy of the stage around it', () => {
  const bare: Strategy = ({ name }) => map((m: Message) => (m.type === 'ask' ? propose(m, name, middle) : m));
  const { ask, tell } = interview(take(1, bare), rootEnv(textbook));
  tell(suggestedFrom(proposal(ask(1))));
  expect(ask(2)).toEqual({ type: 'ask', id: 2 });
});
