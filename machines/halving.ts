import { emit, setup } from 'xstate';
import type { Ask, Decision, Env, PhaseEvent } from '../src/messages.ts';
import { type Beginning, begun, promoted, type Scheduler, type SchedulerOutlook } from '../src/schedulers/scheduler.ts';

interface Input {
  readonly env: Env;
  readonly core: Scheduler<unknown>;
  /** The state of the core now. */
  readonly now: () => unknown;
}

type Behind = Pick<Extract<PhaseEvent<SchedulerOutlook>, { readonly type: 'fellBehind' }>, 'id' | 'why'>;

const beginning = ({ env, core, now }: Input, ask: Ask, how: Beginning) => begun(ask, env, how, core.notes(now()));

const machine = setup({
  types: {} as { input: Input; context: Input; events: PhaseEvent<SchedulerOutlook> | Ask; emitted: Ask | Decision },
  guards: {
    promotable: (_, { promotable }: SchedulerOutlook) => promotable,
    learning: (_, { learning }: SchedulerOutlook) => learning,
    full: (_, { full }: SchedulerOutlook) => full,
  },
  actions: {
    stop: emit(({ context: { env } }, { id, why }: Behind) => ({ type: 'stop', id, by: env.name, why }) as const),
    control: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.control(context.now()))),
    fill: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.fill(context.now()))),
    open: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.open(context.now()))),
    promote: emit(({ context: { core, env, now } }, ask: Ask) => promoted(ask, env, core.promotion(now())!, core.notes(now()))),
  },
});

/**
 * Successive halving. `filling`: a configuration begins at the first rung that counts, or in a bracket that has room. `promoting`: trials wait at a
 * rung, and the best there are resumed. `learning`, if it is asynchronous: configurations begin as controls, which show how well the first rung that
 * counts predicts the next one. `settling`, if it is synchronous: all brackets are full and their trials are running; asks get configurations for the
 * next bracket, so that no trainer waits. In each phase, a report may stop a running trial.
 */
export const halvingMachine = machine.createMachine({
  id: 'halving',
  context: ({ input }) => input,
  on: {
    moved: [
      { guard: { type: 'promotable', params: ({ event }) => event }, target: '.promoting' },
      { guard: { type: 'learning', params: ({ event }) => event }, target: '.learning' },
      { guard: { type: 'full', params: ({ event }) => event }, target: '.settling' },
      { target: '.filling' },
    ],
    fellBehind: { actions: { type: 'stop', params: ({ event }) => event } },
  },
  initial: 'filling',
  states: {
    learning: { on: { ask: { actions: { type: 'control', params: ({ event }) => event } } } },
    filling: { on: { ask: { actions: { type: 'fill', params: ({ event }) => event } } } },
    settling: { on: { ask: { actions: { type: 'open', params: ({ event }) => event } } } },
    promoting: { on: { ask: { actions: { type: 'promote', params: ({ event }) => event } } } },
  },
});
