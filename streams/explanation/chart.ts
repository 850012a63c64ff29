import { omitUndefined } from '../../src/schema/omitUndefined.ts';

/** A state of a statechart, with its inner states. */
export interface ChartState {
  readonly id: string;
  readonly key: string;
  readonly final?: true;
  readonly initial?: true;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}
export interface ChartTransition {
  /** Of `from`, the event and the targets. */
  readonly id: string;
  readonly event: string;
  /** Ids of states; empty if the state does not change. */
  readonly targets: readonly string[];
  readonly guard?: string;
}

/** The part of XState's state nodes that is read. Inspection delivers them, but the types do not describe them. */
interface Node {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly initial?: { readonly target?: readonly Node[] } | undefined;
  readonly states: Readonly<Record<string, Node>>;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly always?: readonly Transition[] | undefined;
}
export interface Transition {
  readonly eventType: string;
  readonly source: Node;
  readonly target?: readonly Node[] | undefined;
  readonly guard?: unknown;
}
export interface Logic {
  readonly root?: Node;
}

/** A machine as nested states, and its transitions by their names here. */
export interface Charted {
  readonly chart: ChartState;
  readonly names: ReadonlyMap<Transition, string>;
}

/** The chart of a machine; undefined for logic without states. */
export function chartOf({ root }: Logic): Charted | undefined {
  if (root === undefined) return undefined;
  const names = new Map<Transition, string>();
  return { chart: stateOf(root, names), names };
}

function stateOf(node: Node, names: Map<Transition, string>): ChartState {
  const first = node.initial?.target?.[0];
  const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  const transitions = all.map((transition, i): ChartTransition => {
    const id = `${node.id} ${transition.eventType} ${i}`;
    names.set(transition, id);
    const guard = guardOf(transition.guard);
    return omitUndefined({ id, event: transition.eventType, targets: (transition.target ?? []).map((target) => target.id), guard });
  });
  const states = Object.values(node.states).map((child) => {
    const state = stateOf(child, names);
    return child === first ? { ...state, initial: true as const } : state;
  });
  return omitUndefined({ id: node.id, key: node.key, states, transitions, final: node.type === 'final' ? (true as const) : undefined });
}

function guardOf(guard: unknown): string | undefined {
  if (typeof guard === 'string') return guard;
  const { type } = (guard ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type : undefined;
}

/** Ids of the states that a machine is in, the outer ones first. */
export function activeStates(root: Node, value: unknown): string[] {
  if (typeof value === 'string') return root.states[value] ? [root.states[value].id] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const node = root.states[key];
    return node ? [node.id, ...activeStates(node, inner)] : [];
  });
}
