import { assign, emit, setup } from 'xstate';
import { type Ask, type Decision, type Ended, type Env, propose, type Suggested, type Told, wait } from '../src/messages.ts';
import type { Sgd, SgdState, SgdVerdict } from '../src/samplers/sgd.ts';

interface Input {
  readonly env: Env;
  readonly core: Sgd;
}
interface Context extends Input {
  readonly state: SgdState;
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: Told | Ask; emitted: Ask | Decision },
  guards: {
    wants: ({ context: { core, state } }) => core.wants(state),
    is: ({ context }, verdict: SgdVerdict) => context.state.verdict === verdict,
  },
  actions: {
    fold: assign(({ context: { core, state } }, fact: Suggested | Ended) => ({ state: core.fold(state, fact) })),
    restart: assign(({ context: { core, state } }) => ({ state: core.restart(state) })),
    probe: assign(({ context: { core, state } }) => ({ state: core.probe(state) })),
    step: assign(({ context: { core, state } }) => ({ state: core.step(state) })),
    average: assign(({ context: { core, state } }) => ({ state: core.average(state) })),
    propose: emit(({ context: { env, core, state } }, ask: Ask) => {
      const { point, tags } = core.propose(state, ask);
      return propose(ask, env.name, point, tags);
    }),
    wait: emit(({ context }, ask: Ask) => wait(ask, context.env.name)),
  },
});

/** Where the results of a round lead. */
const lost = { guard: { type: 'is', params: 'lost' }, target: 'restarting', actions: 'restart' } as const;
const bare = { guard: { type: 'is', params: 'bare' }, target: 'probing', actions: 'probe' } as const;
const told = { guard: { type: 'is', params: 'told' }, target: 'stepping', actions: 'step' } as const;
const measured = { guard: { type: 'is', params: 'measured' }, target: 'probing', actions: 'step', reenter: true } as const;
const due = { guard: { type: 'is', params: 'due' }, target: 'averaging', actions: 'average' } as const;
const still = { guard: { type: 'is', params: 'still' }, target: 'restarting', actions: 'restart' } as const;
const over = { guard: { type: 'is', params: 'over' }, target: 'converged' } as const;

/**
 * Gradient descent whose every evaluation is a trial. `starting`: the start is tried. `stepping`: the next iterate is, and tells its gradient.
 * `probing`: trials around a point find its gradient, all of them at once. `averaging`: the average of the iterates is tried. `restarting`: a
 * descent has converged, or got lost, and another one starts elsewhere; after the last one the machine has `converged`. In each of them an ask
 * gets the next trial of the round, or waits for its results.
 */
export const sgdMachine = machine.createMachine({
  id: 'sgd',
  context: ({ input }) => ({ ...input, state: input.core.begin }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
    ask: [
      { guard: 'wants', actions: { type: 'propose', params: ({ event }) => event } },
      { actions: { type: 'wait', params: ({ event }) => event } },
    ],
  },
  initial: 'starting',
  states: {
    starting: { always: [lost, bare, told, still, over] },
    restarting: { always: [lost, bare, told, still, over] },
    probing: { always: [measured, told, due, lost, still, over] },
    stepping: { always: [told, bare, still, over] },
    averaging: { always: [{ guard: { type: 'is', params: 'averaged' }, target: 'probing', actions: 'step' }, still, over] },
    converged: { type: 'final' },
  },
});
