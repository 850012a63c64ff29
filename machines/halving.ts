import { assign, emit, enqueueActions, not, setup } from 'xstate';
import type { Ask, Decision, Env, Reported, StrategyEvent } from '../src/messages.ts';
import type { AsynchronousScheduler } from '../src/schedulers/halving.ts';
import { type Beginning, begun, promoted } from '../src/schedulers/scheduler.ts';

interface Input {
  readonly env: Env;
  readonly core: AsynchronousScheduler<unknown>;
}
interface Context extends Input {
  readonly state: unknown;
}

const beginning = ({ env, core, state }: Context, ask: Ask, how: Beginning) => begun(ask, env, how, core.notes(state));

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  guards: {
    learning: ({ context: { core, state } }) => core.learning(state),
    promotable: ({ context: { core, state } }) => core.promotion(state) !== undefined,
  },
  actions: {
    fold: assign(({ context: { core, state } }, told: StrategyEvent) => ({ state: core.tell(state, told) })),
    judge: enqueueActions(({ context: { core, env, state }, enqueue }, { id }: Reported) => {
      if (core.behind(state)) enqueue.emit({ type: 'stop', id, by: env.name });
    }),
    control: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.control(context.state))),
    fill: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.fill(context.state))),
    promote: emit(({ context: { core, env, state } }, ask: Ask) => promoted(ask, env, core.promotion(state)!, core.notes(state))),
  },
});

/**
 * Asynchronous halving. `learning`: the first configurations begin as controls, which show how well the lowest rung predicts the next one.
 * `filling`: a configuration begins at the first rung that counts, or in a bracket. `promoting`: a trial that waits at a rung is among the best
 * there, and is resumed. In each phase a report may stop a trial that runs on.
 */
export const halvingMachine = machine.createMachine({
  id: 'halving',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    reported: {
      actions: [
        { type: 'fold', params: ({ event }) => event },
        { type: 'judge', params: ({ event }) => event },
      ],
    },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
  },
  initial: 'filling',
  states: {
    learning: {
      always: [
        { guard: 'promotable', target: 'promoting' },
        { guard: not('learning'), target: 'filling' },
      ],
      on: { ask: { actions: { type: 'control', params: ({ event }) => event } } },
    },
    filling: {
      always: [
        { guard: 'promotable', target: 'promoting' },
        { guard: 'learning', target: 'learning' },
      ],
      on: { ask: { actions: { type: 'fill', params: ({ event }) => event } } },
    },
    promoting: {
      always: { guard: not('promotable'), target: 'filling' },
      on: { ask: { actions: { type: 'promote', params: ({ event }) => event } } },
    },
  },
});
