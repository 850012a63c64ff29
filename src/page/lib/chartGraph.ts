import { Graph, layout } from '@dagrejs/dagre';
import type { ChartData } from '../../strategy/env.ts';

/** A place in the drawing of a chart, in pixels. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** A state as a box around its place. */
export interface StateBox extends Place {
  readonly state: string;
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

/** The transitions from one state to another, with the event of each. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  readonly path: readonly Place[];
  /** The middle of its label. */
  readonly label: Place;
}

/** A statechart laid out for drawing. */
export interface ChartGraph {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly StateBox[];
  readonly arrows: readonly Arrow[];
}

/** The source of the events that lead to a state from each one that is not final. */
export const ANYWHERE = '*';

/** Turns `fallingBack` into words. */
export const spaced = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** The width of a character, and the height of a line. */
const [CHARACTER, LINE] = [6.8, 15];

/** Lays out the states of a chart in layers, from the initial one on (dagre). */
export function chartGraph({ initial, states, anywhere }: ChartData): ChartGraph {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 30, marginx: 10, marginy: 10 });
  const addState = (state: string, label: string) =>
    graph.setNode(state, { label, width: label.length * CHARACTER + 40, height: 2 * LINE + 4 });
  addState(initial, spaced(initial)); // the first one is in the first layer
  for (const state of Object.keys(states)) if (state !== initial) addState(state, spaced(state));
  const events = new Map<string, string[]>();
  const add = (from: string, event: string, to: string) => {
    const key = `${from} ${to}`;
    events.set(key, [...(events.get(key) ?? []), event]);
  };
  for (const [state, on] of Object.entries(states)) if (on !== 'final') for (const [event, to] of Object.entries(on)) add(state, event, to);
  if (Object.keys(anywhere).length > 0) addState(ANYWHERE, 'any state');
  for (const [event, to] of Object.entries(anywhere)) add(ANYWHERE, event, to);
  for (const [key, all] of events) {
    const [from, to] = key.split(' ') as [string, string];
    const width = Math.max(...all.map((event) => spaced(event).length + 4)) * CHARACTER;
    graph.setEdge(from, to, { events: all, width, height: all.length * LINE, labelpos: 'c' });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: graph.nodes().map((state) => {
      const { x, y, width: wide, height: high, label } = graph.node(state);
      return { state, label: label!, x: x!, y: y!, width: wide, height: high };
    }),
    arrows: graph.edges().map(({ v, w }) => {
      const { points = [], x = 0, y = 0 } = graph.edge({ v, w });
      return { from: v, to: w, events: events.get(`${v} ${w}`)!, path: points, label: { x, y } };
    }),
  };
}
