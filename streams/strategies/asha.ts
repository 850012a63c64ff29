import { type Ask, type Env, propose, type Reported, type Suggested, type Told, type TrialId } from '../../src/messages.ts';
import { bool, checkOptions } from '../../src/optionRules.ts';
import { Rung } from '../../src/schedulers/asha.ts';
import { type RungOptions, rungRules, rungsOf } from '../../src/schedulers/rungs.ts';
import { resultOf, standingOf } from '../../src/schedulers/scheduler.ts';
import { Twins } from '../../src/schedulers/twins.ts';
import { pauses } from '../defaults.ts';
import { defineStrategy } from '../define.ts';
import { oneObjective } from '../oneObjective.ts';
import { named, type Strategy, specOf } from '../strategy.ts';

export interface AshaOptions extends RungOptions {
  /**
   * Whether a trial pauses at a rung, to be resumed from its checkpoint if it is promoted; this is for trainers that resume. Default false: a
   * trial runs on to `max`, and is stopped at a rung when it is not in the best third of those that came there so far; a trainer only has to report.
   */
  readonly pause?: boolean | undefined;
}

interface State {
  readonly rungs: readonly Rung[];
  readonly twins: Twins;
  /** Where trials do not pause: open trials, with the rung they come to next. */
  readonly next: Map<TrialId, { readonly suggested: Suggested; rung: number }>;
}

/**
 * Asynchronous successive halving (Li et al., MLSys 2020) as an operator: it says for how long, the strategies behind it say what.
 *
 * Results at a rung are those of completed trials with exactly its budget, whoever suggested them. Where trials do not pause,
 * the first report at or past a rung counts for it. Of equal losses the earlier trial is the better. A trial that fails or violates an outcome constraint stands nowhere,
 * nor does one that came the same way, loss by loss, as another: it is the same model under another name.
 *
 * @throws OptionError for rungs that cannot be.
 * @example
 * chain(asha({ min: 1, max: 81 }), random()); // stops trials that fall behind
 * chain(asha({ min: 1, max: 81, pause: true }), random()); // resumes the best from their checkpoints
 */
export function asha(options: AshaOptions): Strategy {
  checkOptions('asha', options, { ...rungRules(options), pause: bool });
  const budgets = rungsOf(options);
  const { eta = 3 } = options;
  const init = (env: Env): State => {
    oneObjective(env, 'asha compares trials by');
    return { rungs: budgets.map((budget) => new Rung(budget)), twins: new Twins(env.axes), next: new Map() };
  };
  const pausing = defineStrategy<State>({
    name: 'asha',
    init,
    tell: note,
    ask: (state, ask, _rng, env) => promotion(state, ask, eta, env.name),
  });
  const stopping = defineStrategy<State>({
    name: 'asha',
    init,
    tell: follow,
    ask: (_state, ask) => ({ ...ask, budget: budgets.at(-1)! }),
    stop: (state, reported) => fallsBehind(state, reported, eta),
  });
  return named(specOf('asha', options), (env) => (pauses(options.pause, env) ? pausing : stopping)(env));
}

function note(state: State, told: Told): State {
  const { rungs, twins } = state;
  const isTwin = twins.take(told);
  if (told.type === 'suggested' && told.resumes !== undefined) {
    rungs[rungs.findIndex(({ budget }) => budget === told.budget) - 1]?.promote(told.resumes);
  }
  if (told.type === 'ended' && !isTwin) {
    const standing = resultOf(told);
    if (standing) rungs.find(({ budget }) => budget === told.budget)?.add(standing);
  }
  return state;
}

/** From the top down: the highest rung that has somebody to promote; else a new trial at the lowest. */
function promotion({ rungs }: State, ask: Ask, eta: number, by: string) {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const best = rungs[rung]!.candidate(eta);
    if (best) return { ...propose(ask, by, best.point, best.tags), budget: rungs[rung + 1]!.budget, resumes: best.id };
  }
  return { ...ask, budget: rungs[0]!.budget };
}

function follow(state: State, told: Told): State {
  if (told.type === 'suggested') state.next.set(told.id, { suggested: told, rung: 0 });
  if (told.type === 'ended') state.next.delete(told.id);
  return state;
}

function fallsBehind({ rungs, next }: State, { id, step, losses }: Reported, eta: number): boolean {
  const at = next.get(id);
  if (at === undefined) return false;
  let passes = true;
  for (; passes && at.rung < rungs.length - 1 && step >= rungs[at.rung]!.budget; at.rung++) {
    passes = rungs[at.rung]!.passes(standingOf(at.suggested, losses[0]!), eta);
  }
  return !passes;
}
