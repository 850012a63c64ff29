import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import { numeric } from '../../insight/figures/drawing/scale.ts';
import { aboutTrial } from '../../insight/figures/study.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { sized } from '../lib/canvas.ts';
import { type Corner, EDGES, EXTENT, project, readAt, turned, type View } from '../lib/space.ts';
import { colour, palette } from '../lib/theme.ts';
import { focused, lookAt, selected } from '../state/selection.ts';
import { columns, parameters, rows, scales, shownRow } from '../state/store.ts';
import { kept } from '../state/url.ts';
import type { Frame } from './overlay.ts';
import { trialPoints } from './points.ts';
import { Tip } from './Tip.tsx';
import { useWidth } from './useWidth.ts';

const HEIGHT = 480;
/** Pixels around the cube for labels. */
const ROOM = 34;
const STEP = 5;
const FIRST = '325 25';
/** A movement of more pixels than this is a drag, not a click. */
const STILL = 4;

const stood = kept('turn');

/** Trials over three objectives. Lines connect trials on the front with the floor. */
export function Cube({ best }: { readonly best: { readonly value: ReadonlySet<number> } }) {
  const frame = useRef<HTMLDivElement>(null);
  const back = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const hovered = useSignal<{ readonly trial: number; readonly x: number; readonly y: number } | undefined>(undefined);
  const view = useComputed((): View => {
    const [around = 0, above = 0] = (stood.value || FIRST).split(' ').map(Number);
    return turned({ around: around || 0, above: above || 0 }, { around: 0, above: 0 });
  });
  const turn = (from: View, by: View) => {
    const { around, above } = turned(from, by);
    stood.value = `${Math.round(around)} ${Math.round(above)}`;
  };
  /** The pixel of a place in the cube. */
  const spot = useComputed(() => {
    const size = (Math.min(width.value, HEIGHT) - 2 * ROOM) / EXTENT;
    const now = view.value;
    return (corner: Corner) => {
      const [right, down] = project(now, corner);
      return [width.value / 2 + size * right, HEIGHT / 2 + size * down] as const;
    };
  });
  const trials = useComputed(() => {
    const first = parameters.value.length;
    const [a, b, c] = [0, 1, 2].map((k) => columns.value[first + k]);
    const places = rows.value.map((_, i) => spot.value([held(a?.[i]), held(b?.[i]), held(c?.[i])]));
    const whole = numeric('', 0, 1, false);
    return trialPoints([
      { x: whole, y: whole, places: [places.map(([x]) => x / Math.max(1, width.value)), places.map(([, y]) => 1 - y / HEIGHT)] },
    ]);
  });
  const screen = (): Frame => ({ left: 0, width: width.value, bottom: HEIGHT, height: HEIGHT, seen: [0, width.value] });

  const theme = palette.value;
  const [at, shown, front] = [spot.value, trials.value, best.value];
  useEffect(() => {
    if (width.value > 0) drawCube(back.current!, width.value, view.value, at, front);
  }, [at, front, theme]);
  useSignalEffect(() => {
    selected.value;
    focused.value;
    const overlay = trials.value;
    if (width.value > 0) overlay.draw(over.current!, [screen()], sized(over.current!, width.value, HEIGHT));
  });

  const place = (event: MouseEvent) => {
    const { left, top } = frame.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top] as const;
  };
  const hover = (event: MouseEvent) => {
    const [x, y] = place(event);
    const index = event.buttons === 0 ? shown.nearest([screen()], x, y) : undefined;
    hovered.value = index === undefined ? undefined : { trial: rows.value[index]!.trial, x, y };
  };
  const grab = (event: PointerEvent) => {
    const box = frame.current!;
    const from = view.value;
    let moved = false;
    const drag = ({ clientX, clientY, pointerId }: PointerEvent) => {
      const [across, down] = [clientX - event.clientX, clientY - event.clientY];
      if (!moved && Math.hypot(across, down) < STILL) return;
      moved = true;
      box.setPointerCapture(pointerId);
      turn(from, { around: -across / 2, above: down / 2 });
    };
    const grip = new AbortController();
    const drop = () => {
      grip.abort();
      const index = moved ? undefined : shown.nearest([screen()], ...place(event));
      if (index !== undefined) lookAt(rows.value[index]!.trial);
    };
    const { signal } = grip;
    box.addEventListener('pointermove', drag, { signal });
    box.addEventListener('pointerup', drop, { signal });
    box.addEventListener('pointercancel', () => grip.abort(), { signal }); // a touch scrolls the page
  };
  const press = (event: KeyboardEvent) => {
    const by = {
      ArrowLeft: { around: STEP, above: 0 },
      ArrowRight: { around: -STEP, above: 0 },
      ArrowUp: { around: 0, above: STEP },
      ArrowDown: { around: 0, above: -STEP },
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    turn(view.value, by);
  };
  const tip = hovered.value;
  const names = scales.value.slice(parameters.value.length).map(({ name }) => cut(name, 40));
  return (
    <div
      ref={frame}
      class={`cube ${tip ? 'is-over' : ''}`}
      role="slider"
      tabIndex={0}
      aria-label={`Trials over ${names.join(', ')}, rotated`}
      aria-valuemin={0}
      aria-valuemax={360}
      aria-valuenow={view.value.around}
      style={{ height: `${HEIGHT}px` }}
      onMouseMove={hover}
      onMouseLeave={() => {
        hovered.value = undefined;
      }}
      onPointerDown={grab}
      onKeyDown={press}
    >
      <canvas ref={back} />
      <canvas ref={over} />
      {tip && <Tip x={tip.x} y={tip.y} within={frame.current!} text={aboutTrial(shownRow(tip.trial))} />}
    </div>
  );
}

/** A place, clamped to the cube. */
const held = (place: number | undefined): number => clampUnit(place ?? Number.NaN);

function drawCube(
  canvas: HTMLCanvasElement,
  width: number,
  view: View,
  at: (corner: Corner) => readonly [x: number, y: number],
  front: ReadonlySet<number>,
): void {
  const ratio = sized(canvas, width, HEIGHT);
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  const line = (from: Corner, to: Corner) => {
    context.beginPath();
    context.moveTo(...at(from));
    context.lineTo(...at(to));
    context.stroke();
  };
  context.lineWidth = 1;
  context.strokeStyle = colour('line');
  for (const [from, to] of EDGES) line(from, to);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const first = parameters.value.length;
  for (const axis of [0, 1, 2]) {
    const scale = scales.value[first + axis];
    const [from, to] = readAt(view, axis);
    context.strokeStyle = colour('line-strong');
    line(from, to);
    if (scale === undefined) continue;
    /** Draws text next to the axis, away from the centre. */
    const write = (text: string, share: number, away: number) => {
      const [x, y] = at([0, 1, 2].map((k) => from[k]! + share * (to[k]! - from[k]!)) as unknown as Corner);
      const [dx, dy] = axis === 2 ? [-1, 0] : [x - width / 2, Math.abs(y - HEIGHT / 2)];
      const length = Math.hypot(dx, dy) || 1;
      context.fillText(text, x + (away * dx) / length, y + (away * dy) / length);
    };
    context.textAlign = axis === 2 ? 'right' : 'center';
    context.fillStyle = colour('muted');
    // Labels at the ends of axes would overlap.
    for (const { place, value } of scale.ticks) if (place > 0.04 && place < 0.96) write(formatNumber(value), place, axis === 2 ? 6 : 15);
    context.fillStyle = colour('text');
    write(cut(scale.name, 16), axis === 2 ? 1.08 : 0.5, axis === 2 ? 6 : 36);
  }
  for (const [i, { trial }] of rows.value.entries()) {
    if (!front.has(trial)) continue;
    const [a, b, c] = [0, 1, 2].map((k) => held(columns.value[first + k]?.[i])) as [number, number, number];
    context.strokeStyle = colour('line-strong');
    line([a, b, 0], [a, b, c]);
    context.strokeStyle = colour('text');
    context.beginPath();
    context.arc(...at([a, b, c]), 5, 0, 2 * Math.PI);
    context.stroke();
  }
}
