import { assign, emit, raise, setup } from 'xstate';
import { type Ask, type Decision, type Ended, type Env, propose, type StrategyEvent, type Suggested, wait } from '../src/messages.ts';
import type { Descent, DescentState } from '../src/samplers/gradient/descent.ts';
import type { LbfgsVerdict } from '../src/samplers/gradient/lbfgs.ts';
import { nextSlot } from '../src/samplers/gradient/round.ts';
import type { SgdVerdict } from '../src/samplers/gradient/sgd.ts';

type Verdict = SgdVerdict | LbfgsVerdict;
type State = DescentState<Verdict>;

interface Input {
  readonly env: Env;
  readonly core: Descent<State>;
}
interface Context extends Input {
  readonly state: State;
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask | { type: State['verdict'] }; emitted: Ask | Decision },
  actions: {
    fold: assign(({ context: { core, state } }, fact: Suggested | Ended) => ({ state: core.fold(state, fact) })),
    /** An event instead of `always` guards, so that it has a name in the chart; `open`, without a transition, as long as results are missing. */
    judge: raise(({ context: { state } }) => ({ type: state.verdict })),
    begin: assign(({ context: { core, state } }) => ({ state: core.next(state) })),
    answer: emit(({ context: { env, core, state } }, ask: Ask) => {
      if (nextSlot(state.round) === undefined) return wait(ask, env.name);
      const { point, tags } = core.propose(state, ask);
      return propose(ask, env.name, point, tags);
    }),
  },
});

/**
 * A descent consists of rounds of trials. In each phase, an ask gets the next trial of the round, or waits for results. When a round is complete,
 * its results decide the next phase, which is named after the purpose of the next round.
 */
const descentMachine = (id: string, states: NonNullable<Parameters<typeof machine.createMachine>[0]['states']>) =>
  machine.createMachine({
    id,
    context: ({ input }) => ({ ...input, state: input.core.start }),
    on: {
      suggested: { actions: { type: 'fold', params: ({ event }) => event } },
      ended: { actions: [{ type: 'fold', params: ({ event }) => event }, 'judge'] },
      ask: { actions: { type: 'answer', params: ({ event }) => event } },
    },
    initial: 'starting',
    states,
  });

/** The transitions to the next round. */
const to = (target: string) => ({ target, actions: 'begin' }) as const;
const failed = to('restarting');
const converged = to('restarting');
const noGradient = to('probing');
const told = to('stepping');
const measured = to('probing');
const averageDue = to('averaging');
const averaged = to('probing');
const downhill = to('searching');
const overshot = to('searching');
const finished = { target: 'converged' };

/**
 * Gradient descent in which each evaluation is a trial. `starting`: evaluates the start. `stepping`: evaluates the next iterate, with its gradient.
 * `probing`: estimates the gradient at a point from trials around it, which can run at once. `averaging`: evaluates the average of the iterates.
 * `restarting`: a descent has converged or failed, and the next one starts. `converged`: the last descent has ended.
 */
export const sgdMachine = descentMachine('sgd', {
  starting: { on: { failed, noGradient, told, converged, finished } },
  restarting: { on: { failed, noGradient, told, converged, finished } },
  probing: { on: { measured, told, averageDue, failed, converged, finished } },
  stepping: { on: { told, noGradient, converged, finished } },
  averaging: { on: { averaged, converged, finished } },
  converged: { type: 'final' },
});

/**
 * L-BFGS-B in which each evaluation is a trial. `starting`: evaluates the start. `searching`: evaluates a step along the line; a step that is too
 * long is shortened, and an accepted one begins the next line. `probing`: the trainer reported no gradient, so it is estimated by differences, whose
 * trials can run at once. `restarting`: the descent has converged or failed, and the next one starts. `converged`: the last descent has
 * ended.
 */
export const lbfgsMachine = descentMachine('lbfgs', {
  starting: { on: { downhill, noGradient, failed, converged, finished } },
  restarting: { on: { downhill, noGradient, failed, converged, finished } },
  probing: { on: { downhill, failed, converged, finished } },
  searching: { on: { downhill, overshot, noGradient, converged, finished } },
  converged: { type: 'final' },
});
