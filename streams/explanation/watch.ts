import type { TrialId } from '../../src/messages.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { activeStates, type Charted, type ChartState, chartOf, type Logic, type Transition } from './chart.ts';

/** A machine of a strategy. */
export interface Machine {
  /** The path of the strategy. */
  readonly path: string;
  /** Absent for a fold: it has no phases. */
  readonly chart?: ChartState;
}
/** The current state of a machine. */
export interface MachineNews {
  readonly path: string;
  /** Ids of the states that it is in. */
  readonly active: readonly string[];
  readonly over: boolean;
  /** How often each transition was taken, by its id; of a fold, the number of events of each type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly last?: { readonly event: string; readonly trial?: TrialId };
  /** The latest phases, the current one at the end: id of the innermost state, and the trial whose event led there. */
  readonly history: readonly { readonly phase: string; readonly trial?: TrialId }[];
}

/** The part of XState's inspection events that is read. */
interface Inspected {
  readonly type: string;
  /** `_parent`: the machine that it is a part of. */
  readonly actorRef: { readonly id: string; readonly logic?: Logic; readonly _parent?: unknown };
  readonly event?: { readonly type: string; readonly id?: TrialId };
  readonly snapshot?: { readonly status: string; readonly value?: unknown };
  readonly _transitions?: readonly Transition[];
}

interface Watched {
  readonly actor: object;
  readonly charted: Charted | undefined;
  readonly counts: Record<string, number>;
  active: readonly string[];
  over: boolean;
  last: MachineNews['last'];
  history: MachineNews['history'];
  since: number;
}

/** Phases of each machine that are kept. */
const HISTORY = 24;

/** Records the states of a study's machines from inspection events. It cannot influence them. */
export class MachineWatch {
  readonly #watched = new Map<string, Watched>();
  readonly #changed: () => void;
  readonly #asked: ((path: string, seconds: number) => void) | undefined;

  /**
   * @param changed called after each change.
   * @param asked called with the time that a machine took for an answer, in seconds.
   */
  constructor(changed: () => void = () => {}, asked?: (path: string, seconds: number) => void) {
    this.#changed = changed;
    this.#asked = asked;
  }

  /** Takes one of XState's inspection events: the `inspect` of a study's options. */
  readonly inspect = (event: unknown): void => {
    const inspected = event as Inspected;
    const { type, actorRef } = inspected;
    if (type === '@xstate.actor') this.#begin(actorRef);
    const watched = this.#watched.get(actorRef.id);
    if (watched?.actor !== actorRef) return; // of an earlier replay
    if (type === '@xstate.event') this.#hear(watched, inspected);
    else if (type === '@xstate.microstep') this.#count(watched, inspected);
    else if (type === '@xstate.snapshot') this.#settle(watched, inspected);
  };

  #begin(actor: Inspected['actorRef']): void {
    if (actor._parent !== undefined) return; // an actor that a machine waits for, such as a fit, shows in the state of that machine
    const charted = chartOf(actor.logic ?? {});
    this.#watched.set(actor.id, { actor, charted, counts: {}, active: [], over: false, last: undefined, history: [], since: 0 });
  }

  #hear(watched: Watched, { event }: Inspected): void {
    watched.since = performance.now();
    if (event === undefined || event.type.startsWith('xstate.')) return;
    if (watched.charted === undefined) watched.counts[event.type] = (watched.counts[event.type] ?? 0) + 1;
    watched.last = event.id === undefined ? { event: event.type } : { event: event.type, trial: event.id };
  }

  #count(watched: Watched, { _transitions = [] }: Inspected): void {
    for (const transition of _transitions) {
      const id = watched.charted?.names.get(transition);
      if (id !== undefined) watched.counts[id] = (watched.counts[id] ?? 0) + 1;
    }
  }

  #settle(watched: Watched, { actorRef, event, snapshot }: Inspected): void {
    if (event?.type === 'xstate.stop') return;
    const { root } = actorRef.logic ?? {};
    if (root) watched.active = activeStates(root, snapshot?.value);
    const phase = watched.active.at(-1);
    if (phase !== undefined && phase !== watched.history.at(-1)?.phase) {
      watched.history = [...watched.history, omitUndefined({ phase, trial: watched.last?.trial })].slice(-HISTORY);
    }
    watched.over = snapshot?.status === 'done';
    if (event?.type === 'ask') this.#asked?.(actorRef.id, (performance.now() - watched.since) / 1000);
    this.#changed();
  }

  get machines(): Machine[] {
    return [...this.#watched].map(([path, { charted }]) => (charted ? { path, chart: charted.chart } : { path }));
  }

  get news(): MachineNews[] {
    return [...this.#watched].map(([path, { active, over, counts, last, history }]) =>
      omitUndefined({ path, active, over, counts, last, history }),
    );
  }

  /** The states that each machine is in, by path. */
  get phases(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.#watched].filter(([, { charted }]) => charted).map(([path, { active }]) => [path, active]));
  }
}
