import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import { type ActorLogic, createActor, type EventObject, fromTransition, type InspectionEvent } from 'xstate';
import { sequenceMachine } from '../machines/sequence.ts';
import { OptionError } from '../src/errors.ts';
import {
  type Answer,
  type Ask,
  child,
  type Env,
  isEvent,
  isStrategyEvent,
  type Message,
  type Outlook,
  type PhaseEvent,
  type Propose,
  type ProposerEvent,
  type Ready,
  type Stop,
  type StrategyEvent,
} from '../src/messages.ts';
import type { Sequence } from '../src/samplers/sequence.ts';
import { omitUndefined } from '../src/schema/omitUndefined.ts';
import { askUntil, failureIn, hasFinitePoint, onlyAnswer } from './asking.ts';
import { guarded } from './guarded.ts';

/** A strategy as data, as in a study file: a name, or a name with options, such as `{ ga: { population: 16 } }`. */
export type StrategySpec = string | { readonly [name: string]: unknown };

/**
 * An operator on a study's messages. It passes events and the decisions of other stages through, unchanged and in order. It answers each ask at once
 * and exactly once: with a proposal, with `wait`, or by handing the ask on. Any RxJS operator of this type is a strategy, for example
 * `() => tap(console.debug)`.
 */
export interface Strategy {
  (env: Env): MonoTypeOperatorFunction<Message>;
  /** The strategy as data. Absent for a bare operator. */
  readonly spec?: StrategySpec;
  /** The budgets at which it compares trials, ascending. Later stages learn from reports at these budgets. */
  readonly rungs?: readonly number[];
  /** The full budget of a trial, if the strategy sets budgets: enqueued trials get it. */
  readonly full?: number;
}

/** @throws OptionError for an argument that is not a strategy, such as a name. */
export function checkStrategy(place: string, strategy: unknown): void {
  if (typeof strategy === 'function') return;
  const call = typeof strategy === 'string' ? `; did you mean ${strategy}()?` : '';
  const several = Array.isArray(strategy) ? '; a chain takes strategies one by one, as in chain(ga(), bo())' : '';
  throw new OptionError(place, 'a strategy such as tpe()', strategy, call || several);
}

/**
 * A strategy inside another one, as data; code without a form as data is recorded by its name.
 *
 * @param place of the strategy, for the message.
 * @throws OptionError for an argument that is not a strategy.
 */
export function partOf(place: string, strategy: Strategy): StrategySpec {
  checkStrategy(place, strategy);
  return strategy.spec ?? strategy.name;
}

/** Receives the transitions of all machines. It cannot change anything. */
export type Inspect = (event: InspectionEvent) => void;

/** What a machine may emit: an answer to an ask, a stop after a report, or `ready` when a model is fitted. */
export type Emitted = Answer | Stop | Ready;
// biome-ignore lint/suspicious/noExplicitAny: the snapshot and system of a machine are private to it
type Logic<I, E extends EventObject> = ActorLogic<any, E | Ask, I, any, Emitted>;
/** @typeParam Own events that a machine raises for itself */
export type StrategyLogic<I, Own extends EventObject = never> = Logic<I, StrategyEvent | Own>;

/** How many infeasible points a machine may propose for one ask before the ask is handed on. */
const TRIES = 200;

/**
 * Runs a machine as a strategy, with one actor for each subscription. Proposals are snapped here, and after an infeasible one the machine is asked
 * again with another retry, so machines need not know the constraints. A proposal that resumes a trial is not checked: its point was run before.
 *
 * @param logic answers asks in its phases, and changes its state only on facts.
 * @param env of the `stage`; its path names the actor.
 * @throws into the stream: what the machine throws, or the space for an invalid point.
 * @example
 * const ping = () => stage('ping', {}, (env) => drive(pingMachine, env, { env }));
 */
export const drive = <I, Own extends EventObject = never>(
  logic: StrategyLogic<I, Own>,
  env: Env,
  input: I,
): MonoTypeOperatorFunction<Message> => runMachine(logic, env, input, hearing(logic));

/** The same for a machine that also handles messages of external proposers. */
export const driveProposer = <I>(logic: StrategyLogic<I, ProposerEvent>, env: Env, input: I): MonoTypeOperatorFunction<Message> =>
  runMachine(logic, env, input, (told) => (told ? [told] : NOTHING));

/** The same for points that depend on no result: only suggestions that advance the sequence are sent. */
export const driveSequence = (env: Env, core: Sequence<unknown>): MonoTypeOperatorFunction<Message> =>
  runMachine(sequenceMachine, env, { env, core }, (told) => (told?.type === 'suggested' && core.advances(told) ? [told] : NOTHING));

const runMachine =
  <I, E extends EventObject>(logic: Logic<I, E>, env: Env, input: I, hear: Hear<E>): MonoTypeOperatorFunction<Message> =>
  (source) =>
    new Observable((out) => {
      const actor = createActor(logic, { ...inspected(env), input } as never);
      let replies: Answer[] = [];
      actor.on('*', (m: Emitted) => {
        if (m.type === 'ready')
          queueMicrotask(() => out.next(m)); // the receiver asks immediately, while the machine is still in its transition
        else if (m.type === 'stop') out.next(m);
        else replies.push(m);
      });
      const query = (ask: Ask): readonly Answer[] => {
        const snapshot = actor.getSnapshot();
        const answer = answerIn(logic, snapshot.value);
        if (answer) return [answer(snapshot.context, ask)];
        replies = [];
        actor.send(ask);
        return replies;
      };
      const put = (ask: Ask): Answer => {
        const reply = onlyAnswer(env.name, ask, query(ask));
        return reply.type === 'propose' && hasFinitePoint(reply, env) ? { ...reply, point: env.snap(reply.point) } : reply;
      };
      const accepts = (reply: Propose) => reply.resumes !== undefined || !hasFinitePoint(reply, env) || env.feasible(reply.point);
      const answer = (ask: Ask): Answer => askUntil(ask, { tries: TRIES, put, accepts, otherwise: () => ask });
      actor.subscribe({ error: (e) => out.error(failureIn(env.name, e)) });
      actor.start(); // after the listeners, because entry actions may emit
      out.add(() => actor.stop());
      for (const event of hear()) actor.send(event);
      out.add(
        source.subscribe({
          next: guarded(out, (m) => {
            const live = actor.getSnapshot().status === 'active';
            if (m.type === 'ask') return out.next(live ? answer(m) : m); // a strategy in its final state passes everything on
            out.next(m); // pass the event on before the decisions that it causes
            if (live && isEvent(m)) for (const event of hear(m)) actor.send(event);
          }),
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });

/** How a phase answers asks, if its `meta` says so: an answer changes no state, and an event would cost ten times as much. */
function answerIn(logic: object, phase: unknown): ((context: unknown, ask: Ask) => Answer) | undefined {
  const { states } = logic as { readonly states?: Readonly<Record<string, { readonly meta?: { readonly answer?: never } }>> };
  return typeof phase === 'string' ? states?.[phase]?.meta?.answer : undefined;
}

/**
 * The event to send to a machine for a fact, and before the first fact. Sending an event costs microseconds even if no state has a transition for it.
 */
type Hear<E> = (told?: StrategyEvent | ProposerEvent) => readonly E[];

const NOTHING: readonly never[] = [];

/** All facts that a machine handles. */
function hearing(logic: object): Hear<StrategyEvent> {
  const { events = ['*'] } = logic as { readonly events?: readonly string[] };
  const all = events.includes('*');
  return (told) => (told && isStrategyEvent(told) && (all || events.includes(told.type)) ? [told] : NOTHING);
}

/** A fold over facts that determines the phase of a machine. */
export interface Phased<S, O extends Outlook> {
  readonly start: S;
  /** The next state. It must not change the last one. */
  tell(state: S, told: StrategyEvent): S;
  outlook(state: S): O;
  /** Why the trial that just reported should stop; undefined if it should not. */
  fellBehind?(state: S): string | undefined;
}

/**
 * Runs a machine whose phase follows from a fold over facts. The fold gets every fact, and the machine only those that may change its phase: a fact
 * costs a machine ten times as much as a fold.
 *
 * @param input of the machine, which also gets `now`: the state of the fold.
 */
export const drivePhases =
  <S, O extends Outlook, I>(
    logic: Logic<I & { readonly now: () => S }, PhaseEvent<O>>,
    env: Env,
    input: I,
    { start, tell, outlook, fellBehind }: Phased<S, O>,
  ): MonoTypeOperatorFunction<Message> =>
  (source) =>
    new Observable((out) => {
      let state = start;
      let last: O | undefined;
      const show = showFold(env);
      const hear: Hear<PhaseEvent<O>> = (told) => {
        if (told && !isStrategyEvent(told)) return NOTHING;
        if (told) state = tell(state, told);
        if (told) show?.(state, told);
        const next = outlook(state);
        const same = last && isSame(next, last);
        last = next;
        const moved: readonly PhaseEvent<O>[] = same ? NOTHING : [{ type: 'moved', id: told?.id, ...next }];
        const why = told?.type === 'reported' ? fellBehind?.(state) : undefined;
        return why === undefined ? moved : [...moved, { type: 'fellBehind', id: told!.id, why }];
      };
      const now = () => state;
      return source.pipe(runMachine(logic, env, { ...input, now }, hear)).subscribe(out);
    });

function isSame(next: Outlook, last: Outlook): boolean {
  for (const sign in next) if (next[sign] !== last[sign]) return false;
  return true;
}

/** Sends an inspector each state of a fold as a snapshot. The fold belongs to the machine but is not an actor, which would cost more. */
function showFold({ name: id, inspect }: Env): ((context: unknown, event: StrategyEvent) => void) | undefined {
  const actorRef = { id, _parent: true };
  const show = inspect as ((event: object) => void) | undefined;
  return show && ((context, event) => show({ type: '@xstate.snapshot', actorRef, event, snapshot: { context } }));
}

/** The name of an actor, and its inspector. */
const inspected = ({ name, inspect }: Env): { readonly id: string; readonly inspect?: Inspect } =>
  inspect ? { id: name, inspect: inspect as Inspect } : { id: name };

/** A state that changes only on facts. */
export interface Memory<S> {
  readonly state: S;
  tell(told: StrategyEvent): void;
}

/**
 * The state of a stage without phases of its own, which contains strategies. It is an XState actor, so that inspection shows it.
 *
 * @param env its name is the path of the stage.
 * @param tell returns the next state and must not change the old one. What it throws goes to `out`.
 */
export function remember<S>(env: Env, start: S, tell: (state: S, told: StrategyEvent) => S, out: Subscriber<never>): Memory<S> {
  const actor = createActor(
    fromTransition((state: S, told: StrategyEvent) => tell(state, told), start),
    inspected(env),
  );
  actor.subscribe({ error: (e) => out.error(failureIn(env.name, e)) });
  actor.start();
  out.add(() => actor.stop());
  return {
    get state() {
      return actor.getSnapshot().context;
    },
    tell: (told) => actor.send(told),
  };
}

/**
 * Attaches to a strategy its form as data, which a log records. `parseStrategy` reads the built-in ones.
 *
 * @example withSpec('loud', () => tap(console.debug))
 */
export const withSpec = (spec: StrategySpec, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  Object.assign((env: Env) => build(env), { spec });

/** A strategy with options as data, or only its name if no option was given. */
export function specOf(name: string, options: object): StrategySpec {
  const own = omitUndefined(options);
  return Object.keys(own).length > 0 ? { [name]: own } : name;
}

/**
 * A named strategy. The name is part of paths, such as a trial's `by`, and of its form as data.
 *
 * @param options as given; undefined ones count as left out.
 * @param build gets the environment of the stage, whose path ends in the name.
 * @example
 * const ping = (options: PingOptions = {}) => stage('ping', options, (env) => drive(pingMachine, env, { env, ...options }));
 */
export const stage = (name: string, options: object, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  withSpec(specOf(name, options), (parent) => build(child(parent, name)));
