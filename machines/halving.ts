import { emit, setup } from 'xstate';
import type { Ask, Decision, Env, PhaseEvent, TrialId } from '../src/messages.ts';
import type { AsynchronousScheduler, HalvingOutlook } from '../src/schedulers/halving.ts';
import { type Beginning, begun, promoted } from '../src/schedulers/scheduler.ts';

interface Input {
  readonly env: Env;
  readonly core: AsynchronousScheduler<unknown>;
  /** The state of the core now. */
  readonly now: () => unknown;
}

const beginning = ({ env, core, now }: Input, ask: Ask, how: Beginning) => begun(ask, env, how, core.notes(now()));

const machine = setup({
  types: {} as { input: Input; context: Input; events: PhaseEvent<HalvingOutlook> | Ask; emitted: Ask | Decision },
  guards: {
    learning: (_, { learning }: HalvingOutlook) => learning,
    promotable: (_, { promotable }: HalvingOutlook) => promotable,
  },
  actions: {
    stop: emit(({ context: { env } }, { id }: { readonly id: TrialId }) => ({ type: 'stop', id, by: env.name }) as const),
    control: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.control(context.now()))),
    fill: emit(({ context }, ask: Ask) => beginning(context, ask, context.core.fill(context.now()))),
    promote: emit(({ context: { core, env, now } }, ask: Ask) => promoted(ask, env, core.promotion(now())!, core.notes(now()))),
  },
});

/**
 * Asynchronous halving. `learning`: configurations begin as controls, which show how well the first rung that counts predicts the next one.
 * `filling`: a configuration begins at the first rung that counts, or in a bracket. `promoting`: a trial that waits at a rung is among the best
 * there, and is resumed. In each phase, a report may stop a running trial.
 */
export const halvingMachine = machine.createMachine({
  id: 'halving',
  context: ({ input }) => input,
  on: {
    moved: [
      { guard: { type: 'promotable', params: ({ event }) => event }, target: '.promoting' },
      { guard: { type: 'learning', params: ({ event }) => event }, target: '.learning' },
      { target: '.filling' },
    ],
    behind: { actions: { type: 'stop', params: ({ event }) => event } },
  },
  initial: 'filling',
  states: {
    learning: { on: { ask: { actions: { type: 'control', params: ({ event }) => event } } } },
    filling: { on: { ask: { actions: { type: 'fill', params: ({ event }) => event } } } },
    promoting: { on: { ask: { actions: { type: 'promote', params: ({ event }) => event } } } },
  },
});
