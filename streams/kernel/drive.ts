import type { MonoTypeOperatorFunction, Subscriber } from 'rxjs';
import { type AnyActorRef, createActor, type InspectionEvent, type Observer } from 'xstate';
import { dataOf, type Statechart, targetOf } from '../../machines/chart.ts';
import { StrategyError } from '../../src/errors.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Core } from '../../src/strategy/core.ts';
import type { Env } from '../../src/strategy/env.ts';
import {
  type Answer,
  type Ask,
  isStrategyEvent,
  type Message,
  type Propose,
  type ProposerEvent,
  type Reported,
  type StrategyEvent,
} from '../../src/strategy/messages.ts';
import { failureIn, hasFinitePoint } from './answers.ts';
import { askUntil } from './asking.ts';
import { operatorOf, type RunningStrategy } from './operator.ts';

/** Receives the transitions of all machines, as XState's inspection events. It cannot change anything. */
export type Inspect = ((event: InspectionEvent) => void) | Observer<InspectionEvent>;

/** How many infeasible points a strategy may propose for one ask before the ask is handed on. */
const TRIES = 200;
/** No chart has a longer way from one phase to another. */
const MOVES = 32;

/**
 * Runs a core in the phases of a chart, as a strategy. Proposals are snapped here, and after an infeasible one the core is asked again with another
 * retry, so that cores need not know the constraints. A proposal that resumes a trial is not checked: its point was run before. In a final phase, asks
 * are handed on.
 *
 * @param env of the stage; its path names the actor of the chart.
 * @param hears which facts the core takes. Default: those about trials.
 * @throws into the stream: what the core throws, as a StrategyError.
 * @example
 * const grid = () => stage('grid', {}, (env) => drive(sequenceChart, gridCore(env), env));
 */
export const drive = <S, Phase extends string, Verdict extends string, F extends StrategyEvent | ProposerEvent = StrategyEvent>(
  chart: Statechart<Phase, Verdict>,
  core: Core<S, Phase, Verdict, F>,
  env: Env,
  hears?: (fact: StrategyEvent | ProposerEvent) => fact is F,
): MonoTypeOperatorFunction<Message> => operatorOf(env, (out) => onlyFeasible(env, runCore(chart, core, env, out, hears)));

/** A strategy whose proposals are snapped, and which is asked again after an infeasible one. */
export function onlyFeasible(env: Env, { tell, ask: put }: RunningStrategy): RunningStrategy {
  const snapped = (ask: Ask): Answer => {
    const reply = put(ask);
    return reply.type === 'propose' && hasFinitePoint(reply, env) ? { ...reply, point: env.snap(reply.point) } : reply;
  };
  const accepts = (reply: Propose) => reply.resumes !== undefined || !hasFinitePoint(reply, env) || env.feasible(reply.point);
  return { tell, ask: (ask) => askUntil(ask, { tries: TRIES, put: snapped, accepts, otherwise: () => ask }) };
}

export interface RunningCore extends RunningStrategy {
  /** Its phase now. */
  readonly phase: () => string;
  /** The environment of strategies inside it. */
  readonly inside: Env;
}

/**
 * The meeting of core, chart and stream. The core takes each fact; the chart takes an event when its phase changes, which matters, and is found out, at
 * asks.
 */
export function runCore<S, Phase extends string, Verdict extends string, F extends StrategyEvent | ProposerEvent = StrategyEvent>(
  chart: Statechart<Phase, Verdict>,
  core: Core<S, Phase, Verdict, F>,
  env: Env,
  out: Subscriber<Message>,
  hears: (fact: StrategyEvent | ProposerEvent) => fact is F = isStrategyEvent as never,
): RunningCore {
  const { name, watch, actor: parent } = env;
  const table = dataOf(chart);
  const actor = createActor(chart, omitUndefined({ id: name, parent: parent as AnyActorRef | undefined })).start();
  let state = core.start;
  let phase = actor.getSnapshot().value as Phase;
  let isWorking = false;

  /** The phase that the facts so far lead to. */
  const settled = (): string => {
    for (let moves = 0; moves < MOVES; moves++) {
      const verdict = core.verdict(state, phase);
      const to = verdict === undefined ? undefined : targetOf(table, phase, verdict);
      if (to === undefined || to === phase) return phase;
      const from = phase;
      actor.send({ type: verdict! });
      phase = to as Phase;
      watch?.({ path: name, type: 'moved', from, verdict: verdict!, to });
    }
    throw new StrategyError(`${name} finds no phase: its verdict leads from ${phase} to others for ever`);
  };
  const work = () => {
    const begin = isWorking ? undefined : core.work?.(state);
    if (begin === undefined) return;
    isWorking = true;
    const done = () => {
      isWorking = false;
      out.next({ type: 'ready', by: name });
    };
    begin().then(done, (error) => out.error(failureIn(name, error)));
  };
  watch?.({ path: name, type: 'began', chart: table, phase: settled });
  return {
    phase: settled,
    inside: { ...env, actor },
    tell(fact) {
      if (!hears(fact)) return;
      state = core.tell(state, fact);
      watch?.({ path: name, type: 'told', fact, state });
      const why = fact.type === 'reported' && core.stop?.(state, fact as Reported);
      if (why) out.next(omitUndefined({ type: 'stop', id: (fact as Reported).id, by: name, why: why === true ? undefined : why }));
    },
    ask(ask) {
      const since = watch && performance.now();
      const answers: ((state: S, ask: Ask) => Answer) | undefined = core.answers[settled() as Phase]; // none in a final phase
      work();
      const answer = answers ? answers(state, ask) : ask;
      if (since !== undefined) watch!({ path: name, type: 'answered', phase, answer, seconds: (performance.now() - since) / 1000 });
      return answer;
    },
  };
}
