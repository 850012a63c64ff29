import { useMemo } from 'preact/hooks';
import type { MachineNews } from '../../../../streams/explanation/watch.ts';
import { cut } from '../../../insight/figures/drawing/format.ts';
import type { ChartData } from '../../../strategy/env.ts';
import { ANYWHERE, type Arrow, chartGraph, type StateBox, spaced } from '../../lib/chartGraph.ts';

interface StatechartProps {
  readonly name: string;
  readonly chart: ChartData;
  readonly news: MachineNews | undefined;
}

/** The chart of a machine: its states, how often each transition was taken, and a token in the state where it is. */
export function ChartPicture({ name, chart, news }: StatechartProps) {
  const graph = useMemo(() => chartGraph(chart), [JSON.stringify(chart)]);
  const phase = news?.phase ?? chart.initial;
  const at = graph.boxes.find(({ state }) => state === phase);
  const before = news?.history.at(-2)?.phase;
  return (
    <svg
      class="statechart"
      viewBox={`0 0 ${graph.width} ${graph.height}`}
      style={{ maxWidth: `${graph.width}px` }}
      role="img"
      aria-label={`States of ${cut(name, 60)}; it is in ${spaced(phase)}`}
    >
      <defs>
        <marker id="arrowhead" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path class="arrowhead" d="M0 0L8 4L0 8Z" />
        </marker>
      </defs>
      {graph.arrows.map((arrow) => (
        <Transition key={`${arrow.from} ${arrow.to}`} arrow={arrow} news={news} isLast={arrow.from === before && arrow.to === phase} />
      ))}
      {graph.boxes.map((box) => (
        <State key={box.state} box={box} chart={chart} isActive={box === at} />
      ))}
      {at && <circle class="token" r="5" style={{ transform: `translate(${at.x - at.width / 2 + 13}px, ${at.y}px)` }} />}
    </svg>
  );
}

function State({ box, chart, isActive }: { readonly box: StateBox; readonly chart: ChartData; readonly isActive: boolean }) {
  const { state, label, x, y, width, height } = box;
  const isFinal = chart.states[state] === 'final';
  const shape = { x: x - width / 2, y: y - height / 2, width, height, rx: 8 };
  const kind = `${isActive ? 'is-active' : ''} ${isFinal ? 'is-final' : ''} ${state === ANYWHERE ? 'is-any' : ''}`;
  return (
    <g class={`state ${kind}`}>
      <rect {...shape} />
      {isFinal && <rect x={shape.x + 3} y={shape.y + 3} width={width - 6} height={height - 6} rx="6" />}
      {state === chart.initial && <path class="entry" d={`M${shape.x - 9} ${y - 8}V${y + 8}`} />}
      <text x={x + 6} y={y + 4}>
        {label}
      </text>
    </g>
  );
}

function Transition({ arrow, news, isLast }: { readonly arrow: Arrow; readonly news: MachineNews | undefined; readonly isLast: boolean }) {
  const { from, events, path, label } = arrow;
  const counts = events.map((event) => taken(news, from, event));
  const kind = isLast ? 'is-last' : counts.every((count) => count === 0) ? 'is-unused' : '';
  return (
    <g class={`transition ${kind}`}>
      <path d={curved(path)} marker-end="url(#arrowhead)" />
      {events.map((event, i) => (
        <text key={event} x={label.x} y={label.y + 4 + (i - (events.length - 1) / 2) * 15}>
          {spaced(event)}
          {counts[i]! > 0 && ` ${counts[i]}`}
        </text>
      ))}
    </g>
  );
}

/** A smooth line through the middles of a path. */
function curved(path: Arrow['path']): string {
  const [first, ...rest] = path as [Arrow['path'][number], ...Arrow['path']];
  const middles = rest.map(({ x, y }, i) => {
    const next = rest[i + 1];
    return next ? `Q${x} ${y} ${(x + next.x) / 2} ${(y + next.y) / 2}` : `L${x} ${y}`;
  });
  return `M${first.x} ${first.y}${middles.join('')}`;
}

/** How often a machine took a transition. */
function taken(news: MachineNews | undefined, from: string, event: string): number {
  const all = Object.entries(news?.moves ?? {});
  const of = from === ANYWHERE ? all.filter(([name]) => name.endsWith(` ${event}`)) : all.filter(([name]) => name === `${from} ${event}`);
  return of.reduce((sum, [, count]) => sum + count, 0);
}
