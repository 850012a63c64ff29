import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import { type ActorLogic, createActor, type EventObject, fromTransition, type InspectionEvent } from 'xstate';
import {
  type Ask,
  child,
  type Env,
  isStrategyEvent,
  type Message,
  type Propose,
  type Ready,
  type Stop,
  type StrategyEvent,
  type Wait,
} from '../src/messages.ts';
import { omitUndefined } from '../src/omitUndefined.ts';
import { guarded } from './guarded.ts';

/** A strategy as data, as a study file holds it: a name, or one name with its options, such as `{ ga: { population: 16 } }`. */
export type StrategySpec = string | { readonly [name: string]: unknown };

/**
 * An operator on a study's messages. It lets everything told and every foreign decision through, unchanged and in order, and answers each
 * ask at once and exactly once: with a proposal, with `wait`, or by handing the ask on. Any RxJS operator of this type is a strategy:
 * `() => tap(console.debug)` is one.
 */
export interface Strategy {
  (env: Env): MonoTypeOperatorFunction<Message>;
  /** The same as data; absent for a bare operator. */
  readonly spec?: StrategySpec;
  /** The budgets at which it compares trials, ascending. Stages behind it learn from what trials reported there. */
  readonly rungs?: readonly number[];
}

/** StrategyEvent of every transition of every machine. It can change nothing. */
export type Inspect = (event: InspectionEvent) => void;

/** What a machine may emit: an answer to an ask, a verdict on a report, or the news that a model is ready. */
export type Emitted = Ask | Propose | Wait | Stop | Ready;
/** @typeParam Own events that a machine raises for itself */
// biome-ignore lint/suspicious/noExplicitAny: the snapshot and system of a machine are its own affair
export type StrategyLogic<I, Own extends EventObject = never> = ActorLogic<any, StrategyEvent | Ask | Own, I, any, Emitted>;

/** How often a machine may answer one ask with an infeasible point before the ask is handed on. */
const TRIES = 200;

/**
 * Runs a machine as a strategy: one actor a subscription, stopped with it. Proposals are snapped here, and an infeasible one is asked for
 * anew with another retry, so no machine needs to know of constraints. What goes on from another trial is let through: it was run before.
 *
 * @param logic its phases answer asks, and it changes its state by facts alone.
 * @param env of the `stage`: the machine's actor is named by its path.
 * @throws into the stream: whatever the machine throws, or the space where it can do nothing with a point.
 * @example
 * const ping = () => stage('ping', {}, (env) => drive(pingMachine, env, { env }));
 */
export const drive =
  <I, Own extends EventObject = never>(logic: StrategyLogic<I, Own>, env: Env, input: I): MonoTypeOperatorFunction<Message> =>
  (source) =>
    new Observable((out) => {
      const actor = createActor(logic, { ...inspected(env), input } as never);
      const hears = hearing(logic);
      let infeasible = false;
      const answer = (m: Emitted) => {
        if (m.type === 'ready') return queueMicrotask(() => out.next(m)); // who is told of it asks, and the machine is still at it
        if (m.type !== 'propose') return out.next(m);
        if (!m.point.every(Number.isFinite)) return out.next(m); // the study draws one instead, and says so
        const point = env.snap(m.point);
        infeasible = m.resumes === undefined && !env.feasible(point);
        if (!infeasible) out.next({ ...m, point });
      };
      const ask = (m: Ask) => {
        for (let retry = m.retry ?? 0, tries = 0; tries < TRIES; retry++, tries++) {
          infeasible = false;
          actor.send(retry === 0 ? m : { ...m, retry });
          if (!infeasible) return;
        }
        out.next(m);
      };
      actor.on('*', guarded(out, answer));
      actor.subscribe({ error: (e) => out.error(e) });
      actor.start(); // after the listeners: entry actions may emit
      out.add(() => actor.stop());
      out.add(
        source.subscribe({
          next: (m) => {
            const live = actor.getSnapshot().status === 'active';
            if (m.type === 'ask') return live ? ask(m) : out.next(m); // a spent strategy is a wire
            out.next(m); // what happened goes on before what it causes
            if (live && isStrategyEvent(m) && hears(m)) actor.send(m);
          },
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });

/** How an actor is withSpec, and who looks on. */
const inspected = ({ name, inspect }: Env): { readonly id: string; readonly inspect?: Inspect } =>
  inspect ? { id: name, inspect: inspect as Inspect } : { id: name };

/** A state that facts change. */
export interface Memory<S> {
  readonly state: S;
  tell(told: StrategyEvent): void;
}

/**
 * The state of a stage that has no phases, only strategies within it. It is an XState actor, so that inspection shows it.
 *
 * @param env whose name is the path of the stage.
 * @param tell gives the next state; it must not change the last one. What it throws goes to `out`.
 */
export function remember<S>(env: Env, start: S, tell: (state: S, told: StrategyEvent) => S, out: Subscriber<never>): Memory<S> {
  const actor = createActor(
    fromTransition((state: S, told: StrategyEvent) => tell(state, told), start),
    inspected(env),
  );
  actor.subscribe({ error: (e) => out.error(e) });
  actor.start();
  out.add(() => actor.stop());
  return {
    get state() {
      return actor.getSnapshot().context;
    },
    tell: (told) => actor.send(told),
  };
}

/** Which facts a machine listens to: an event costs microseconds even where no state has a transition for it. */
function hearing(logic: object): (told: StrategyEvent) => boolean {
  const { events = ['*'] } = logic as { readonly events?: readonly string[] };
  const all = events.includes('*');
  return ({ type }) => all || events.includes(type);
}

/**
 * Gives a strategy its form as data: what a log records of it. `parseStrategy` makes our own of it again.
 *
 * @example withSpec('loud', () => tap(console.debug))
 */
export const withSpec = (spec: StrategySpec, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  Object.assign((env: Env) => build(env), { spec });

/** A strategy with options as data: its name alone where none was given. */
export function specOf(name: string, options: object): StrategySpec {
  const own = omitUndefined(options);
  return Object.keys(own).length > 0 ? { [name]: own } : name;
}

/**
 * A strategy that has a name: in paths, such as that of a trial's `by`, and with its options as data.
 *
 * @param options as they were given; those that are undefined count as left out.
 * @param build is given the environment of the stage, whose path ends in its name.
 * @example
 * const ping = (options: PingOptions = {}) => stage('ping', options, (env) => drive(pingMachine, env, { env, ...options }));
 */
export const stage = (name: string, options: object, build: (env: Env) => MonoTypeOperatorFunction<Message>): Strategy =>
  withSpec(specOf(name, options), (parent) => build(child(parent, name)));
