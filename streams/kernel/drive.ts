import type { MonoTypeOperatorFunction, Subscriber } from 'rxjs';
import { type AnyActorRef, createActor, type InspectionEvent, type Observer } from 'xstate';
import { type Statechart, targetOf } from '../../machines/chart.ts';
import { StrategyError } from '../../src/errors.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Core } from '../../src/strategy/core.ts';
import type { Env, Watch } from '../../src/strategy/env.ts';
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
import { checkAsked, failedAt, hasFinitePoint } from './answers.ts';
import { askUntil } from './asking.ts';
import { operatorOf, type RunningStrategy } from './operator.ts';

/** Receives the transitions of all machines, as XState's inspection events. It must not throw. */
export type Inspect = ((event: InspectionEvent) => void) | Observer<InspectionEvent>;

/** How many infeasible points a strategy may propose for one ask before the ask is handed on. */
const TRIES = 200;

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
  const { name, actor: parent } = env;
  const { table } = chart;
  const verdicts = new Set([table.anywhere, ...Object.values(table.states)].flatMap((on) => Object.keys(on === 'final' ? {} : on)));
  for (const [state, on] of Object.entries(table.states))
    if (on !== 'final' && !core.answers[state as Phase])
      throw new StrategyError(`${name}: it has no answer in the phase ${state} of its chart`);
  const actor = createActor(chart, omitUndefined({ id: name, parent: parent as AnyActorRef | undefined })).start();
  const watch = env.watch && unthrowing(env.watch);
  let state = core.start;
  let phase = table.initial;
  let isWorking = false;

  /** The moves to the phase that the facts so far lead to. */
  function* moves(): Generator<{ readonly from: string; readonly verdict: Verdict; readonly to: string }> {
    const passed = new Set<string>();
    for (let from = phase; table.states[from] !== 'final'; ) {
      const verdict = core.verdict(state, from as Phase);
      if (verdict !== undefined && !verdicts.has(verdict)) throw new StrategyError(`${name}: its chart has no event ${verdict}`);
      const to = verdict === undefined ? undefined : targetOf(table, from, verdict);
      if (to === undefined || to === from) return;
      if (passed.has(from)) throw new StrategyError(`${name} finds no phase: its verdict leads from ${from} to others for ever`);
      passed.add(from);
      yield { from, verdict: verdict!, to };
      from = to;
    }
  }
  const settle = () => {
    for (const { from, verdict, to } of moves()) {
      actor.send({ type: verdict });
      phase = to;
      watch?.({ path: name, type: 'moved', from, verdict, to });
    }
  };
  const work = () => {
    const begin = isWorking ? undefined : core.work?.(state);
    if (begin === undefined) return;
    isWorking = true;
    const done = () => {
      isWorking = false;
      out.next({ type: 'ready', by: name });
    };
    begin().then(done, (error) => out.error(failedAt(name, error)));
  };
  const phaseNow = () => [...moves()].at(-1)?.to ?? phase;
  watch?.({ path: name, type: 'began', chart: table, phase: phaseNow, view: () => core.view?.(state) });
  return {
    phase: phaseNow,
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
      settle();
      const answers: ((state: S, ask: Ask) => Answer) | undefined = core.answers[phase as Phase]; // none in a final phase
      const answer = answers ? checkAsked(name, ask, answers(state, ask)) : ask;
      if (answer.type === 'wait' && answer.until === 'ready') work();
      if (since !== undefined) watch!({ path: name, type: 'answered', phase, answer, seconds: (performance.now() - since) / 1000 });
      return answer;
    },
  };
}

/** A watch whose errors are not those of the study. */
const unthrowing =
  (watch: Watch): Watch =>
  (inspection) => {
    try {
      watch(inspection);
    } catch {}
  };
