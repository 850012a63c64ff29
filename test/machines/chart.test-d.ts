import { expectTypeOf, test } from 'vitest';
import { chart } from '../../machines/index.ts';
import type { Core } from '../../src/strategy/core.ts';
import type { Env } from '../../src/strategy/env.ts';
import { drive } from '../../streams/kernel/drive.ts';

const doorChart = chart('door', 'closed', { closed: { opened: 'open' }, open: { shut: 'closed' }, gone: 'final' }, { broken: 'gone' });
declare const env: Env;
declare function core<Phase extends string, Verdict extends string>(): Core<number, Phase, Verdict>;

test('a core has an answer for each phase of its chart, and no verdict that is not an event of it', () => {
  drive(doorChart, core<'closed' | 'open', 'opened' | 'shut' | 'broken'>(), env);
  drive(doorChart, core<'closed' | 'open', 'broken'>(), env);
  // @ts-expect-error it has no answer for `open`
  drive(doorChart, core<'closed', 'opened'>(), env);
  // @ts-expect-error there is no such event
  drive(doorChart, core<'closed' | 'open', 'locked'>(), env);
  // @ts-expect-error an XState machine need not be a table
  drive({} as import('xstate').AnyStateMachine, core<'closed' | 'open', 'opened'>(), env);
});

test('a table leads only to its own states', () => {
  // @ts-expect-error there is no such state
  chart('door', 'closed', { closed: { opened: 'ajar' } });
  expectTypeOf(doorChart.table.initial).toBeString();
});
