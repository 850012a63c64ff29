import { emit, setup } from 'xstate';
import type { Ask, Decision, Env, PhaseEvent } from '../src/messages.ts';
import { begun, promoted } from '../src/schedulers/scheduler.ts';
import type { BracketsOutlook, SynchronousScheduler } from '../src/schedulers/synchronous.ts';

interface Input {
  readonly env: Env;
  readonly core: SynchronousScheduler<unknown>;
  /** The state of the core now. */
  readonly now: () => unknown;
}

const machine = setup({
  types: {} as { input: Input; context: Input; events: PhaseEvent<BracketsOutlook> | Ask; emitted: Ask | Decision },
  guards: {
    promotable: (_, { promotable }: BracketsOutlook) => promotable,
    full: (_, { full }: BracketsOutlook) => full,
  },
  actions: {
    fill: emit(({ context: { core, env, now } }, ask: Ask) => begun(ask, env, core.fill(now()), core.notes(now()))),
    promote: emit(({ context: { core, env, now } }, ask: Ask) => promoted(ask, env, core.promotion(now())!, core.notes(now()))),
    open: emit(({ context: { core, env, now } }, ask: Ask) => begun(ask, env, core.open(now()), core.notes(now()))),
  },
});

/**
 * Synchronous halving. `filling`: asks get new configurations for a bracket that has room. `settling`: all brackets are full and their trials are
 * running; asks get configurations for the next bracket, so that no trainer waits. `promoting`: all trials at a rung have ended, and asks resume the
 * best of them.
 */
export const bracketsMachine = machine.createMachine({
  id: 'brackets',
  context: ({ input }) => input,
  on: {
    moved: [
      { guard: { type: 'promotable', params: ({ event }) => event }, target: '.promoting' },
      { guard: { type: 'full', params: ({ event }) => event }, target: '.settling' },
      { target: '.filling' },
    ],
  },
  initial: 'settling',
  states: {
    filling: { on: { ask: { actions: { type: 'fill', params: ({ event }) => event } } } },
    settling: { on: { ask: { actions: { type: 'open', params: ({ event }) => event } } } },
    promoting: { on: { ask: { actions: { type: 'promote', params: ({ event }) => event } } } },
  },
});
