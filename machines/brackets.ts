import { assign, emit, not, setup } from 'xstate';
import type { Ask, Decision, Env, StrategyEvent } from '../src/messages.ts';
import { begun, promoted } from '../src/schedulers/scheduler.ts';
import type { SynchronousScheduler } from '../src/schedulers/synchronous.ts';

interface Input {
  readonly env: Env;
  readonly core: SynchronousScheduler<unknown>;
}
interface Context extends Input {
  readonly state: unknown;
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  guards: {
    promotable: ({ context: { core, state } }) => core.promotion(state) !== undefined,
    full: ({ context: { core, state } }) => core.full(state),
  },
  actions: {
    fold: assign(({ context: { core, state } }, told: StrategyEvent) => ({ state: core.tell(state, told) })),
    fill: emit(({ context: { core, env, state } }, ask: Ask) => begun(ask, env, core.fill(state), core.notes(state))),
    promote: emit(({ context: { core, env, state } }, ask: Ask) => promoted(ask, env, core.promotion(state)!, core.notes(state))),
    open: emit(({ context: { core, env, state } }, ask: Ask) => begun(ask, env, core.open(state), core.notes(state))),
  },
});

/**
 * Synchronous halving. `filling`: a configuration begins in a bracket that has room. `settling`: all brackets are full and their trials run, so a
 * configuration opens the next bracket, and no trainer waits. `promoting`: all trials at a rung have ended, and the best are resumed.
 */
export const bracketsMachine = machine.createMachine({
  id: 'brackets',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    reported: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
  },
  initial: 'settling',
  states: {
    filling: {
      always: [
        { guard: 'promotable', target: 'promoting' },
        { guard: 'full', target: 'settling' },
      ],
      on: { ask: { actions: { type: 'fill', params: ({ event }) => event } } },
    },
    settling: {
      always: [
        { guard: 'promotable', target: 'promoting' },
        { guard: not('full'), target: 'filling' },
      ],
      on: { ask: { actions: { type: 'open', params: ({ event }) => event } } },
    },
    promoting: {
      always: { guard: not('promotable'), target: 'settling' },
      on: { ask: { actions: { type: 'promote', params: ({ event }) => event } } },
    },
  },
});
