import { type AnyStateMachine, createMachine } from 'xstate';
import type { ChartData } from '../src/strategy/env.ts';

/** The events of a state, and where they lead. */
type Events<State> = { readonly [event: string]: State };

/** The states of a chart, each with its events, or `final`. */
type Table<T> = { readonly [State in keyof T]: 'final' | Events<keyof T> };

type Phases<T> = { [State in keyof T]: T[State] extends 'final' ? never : State }[keyof T] & string;
type Verdicts<T> = { [State in keyof T]: T[State] extends 'final' ? never : keyof T[State] }[keyof T] & string;

/**
 * A statechart of named states and named events, and nothing else. It is an ordinary XState machine: `createActor`, `@xstate/graph` and Stately take it.
 *
 * @typeParam Phase its states that are not final
 * @typeParam Verdict its events
 */
export interface Statechart<Phase extends string = string, Verdict extends string = string> extends AnyStateMachine {
  readonly table: ChartData;
  /** Only a type: a core answers in each of the phases, and says no other verdicts. */
  readonly speaks?: (verdict: Verdict) => Phase;
}

/** The states of a chart that are not final. */
export type PhaseOf<C> = C extends Statechart<infer Phase, infer _> ? Phase : never;
/** The events of a chart. */
export type VerdictOf<C> = C extends Statechart<infer _, infer Verdict> ? Verdict : never;

/**
 * Makes a chart from its table.
 *
 * @param initial the first state
 * @param anywhere events that lead to a state from each one that is not final
 * @example
 * const door = chart('door', 'closed', { closed: { opened: 'open', broken: 'gone' }, open: { closed: 'closed' }, gone: 'final' });
 */
export function chart<const T extends Table<T>, const A extends Events<keyof T> = Record<never, never>>(
  id: string,
  initial: keyof T & string,
  table: T,
  anywhere?: A,
): Statechart<Phases<T>, Verdicts<T> | (keyof A & string)> {
  const rows = Object.entries<ChartData['states'][string]>(table as never);
  const states = Object.fromEntries(rows.map(([state, on]) => [state, on === 'final' ? { type: 'final' as const } : { on }]));
  const on = Object.fromEntries(Object.entries(anywhere ?? {}).map(([event, state]) => [event, `.${String(state)}`]));
  const machine = createMachine({ types: {} as { events: { readonly type: string } }, id, initial, on, states });
  return Object.assign(machine, { table: { id, initial, states: Object.fromEntries(rows), anywhere: { ...anywhere } as Events<string> } });
}

/** The state to which an event leads; undefined if it leads nowhere from this one. */
export function targetOf({ states, anywhere }: ChartData, state: string, event: string): string | undefined {
  const on = states[state];
  return on === undefined || on === 'final' ? undefined : (on[event] ?? anywhere[event]);
}

/**
 * The phases that something passes through: a chart without an actor, which would cost more. An event that the phase does not have changes nothing.
 *
 * @example
 * const life = new Life(evaluationChart);
 * life.of({ running: 'its result counts', stopping: 'its last report counts', diverged: 'it fails' });
 */
export class Life<Phase extends string, Verdict extends string> {
  readonly #chart: ChartData;
  #phase: string;

  constructor(chart: Statechart<Phase, Verdict>) {
    this.#chart = chart.table;
    this.#phase = chart.table.initial;
  }

  get phase(): string {
    return this.#phase;
  }

  /** Whether it is in a final phase. */
  get isOver(): boolean {
    return this.#chart.states[this.#phase] === 'final';
  }

  /** What a table has for the phase now; undefined in a final one. */
  of<T>(table: Readonly<Record<Phase, T>>): T | undefined {
    return table[this.#phase as Phase];
  }

  /** @returns whether the event leads to another phase */
  send(event: Verdict): boolean {
    const to = targetOf(this.#chart, this.#phase, event);
    if (to === undefined || to === this.#phase) return false;
    this.#phase = to;
    return true;
  }
}
