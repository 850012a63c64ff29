import { computed, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cssOf, ramp } from '../../insight/figures/drawing/colours.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type AxisScale, textAt } from '../../insight/figures/drawing/scale.ts';
import { aboutTrial, bestRow } from '../../insight/figures/figureStudy.ts';
import { type AxisName, axisNames, MOST_AXES, parallelAxes, parallelPlan } from '../../insight/figures/parallel.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { moved, ordered } from '../lib/lists.ts';
import { colour, palette, theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { brush, focusedIndex, lookAt, type Range, ranges, selected, selectedIndices } from '../state/selection.ts';
import { figures } from '../state/shownStudy.ts';
import { columns, objectives, parameters, rows, scales } from '../state/store.ts';
import { kept, picked } from '../state/url.ts';
import { Save } from './ChartCard.tsx';
import { BELOW_AXIS, byValue, drawSome, drawTrials, faded, nearestLine, type Picture } from './drawnLines.ts';
import { Tip } from './Tip.tsx';
import { useWidth } from './useWidth.ts';

const HEIGHT = 264;
const TOP = 44;
const BOTTOM = HEIGHT - 24;
/** The least distance between two axes in pixels; more axes than fit are scrolled. */
const GAP = 92;
const SIDE = 52;

/** The least width of the axes that are shown at first, in a card. */
export const leastWidth = computed(() => 2 * SIDE + GAP * (parallelAxes(figures).length - 1) + 32);

/** The order of the axes, as a list of names in JSON; empty for the usual one. */
const axisOrder = kept('axes');
/** Whether all parameters have an axis, or the most important ones. */
const shownParameters = picked('parameters', ['few', 'all']);

/** All parameters and objectives as parallel axes. A part of an axis can be selected with the mouse or the keyboard. */
export function Parallel() {
  const frame = useRef<HTMLDivElement>(null);
  const back = useRef<HTMLCanvasElement>(null);
  const front = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const hovered = useSignal<{ readonly index: number; readonly x: number; readonly y: number } | undefined>(undefined);

  /** The axes from left to right: their indices in `scales`. */
  const shownAxes = useComputed(() => {
    const all = parallelAxes(figures, parameters.value.length);
    const few = shownParameters.value === 'all' ? all : parallelAxes(figures);
    const some = all.filter((axis) => few.includes(axis) || ranges.value.has(scales.value[axis]!.name));
    return ordered(
      some.map((axis) => scales.value[axis]!.name),
      axisOrder.value,
    ).map((place) => some[place]!);
  });
  const picture = useComputed((): Picture => {
    const count = shownAxes.value.length;
    const whole = Math.max(width.value, 2 * SIDE + GAP * (count - 1));
    const gap = (whole - 2 * SIDE) / Math.max(1, count - 1);
    const by = parameters.value.length;
    return {
      width: whole,
      height: HEIGHT,
      columns: shownAxes.value.map((axis) => columns.value[axis]!),
      lefts: shownAxes.value.map((_, i) => SIDE + i * gap),
      top: TOP,
      bottom: BOTTOM,
      by: columns.value[by],
      isParameter: shownAxes.value.map((axis) => axis < by),
      lowIsGood: objectives.value[0]?.direction !== 'maximize',
    };
  });

  const now = picture.value;
  const themed = palette.value;
  useEffect(() => drawTrials(back.current!, now, [...rows.value.keys()], faded()), [now, themed]);
  // A selection changes in every frame of a drag, and only what is drawn: axes, with all their ticks, are not rendered for it.
  useSignalEffect(() => {
    void palette.value; // drawn in its colours
    return drawTrials(front.current!, picture.value, selectedIndices.value, byValue(picture.value));
  });
  useSignalEffect(() => {
    void palette.value;
    const best = rows.value.findIndex(({ trial }) => trial === bestRow(figures)?.trial);
    const marked = [
      [selected.value[best] ? best : -1, cssOf(ramp(theme)[0]!)],
      [hovered.value?.index ?? focusedIndex.value, colour('text')],
    ] as const;
    drawSome(
      above.current!,
      picture.value,
      marked.filter(([trial]) => trial >= 0),
    );
  });

  const place = (event: MouseEvent) => {
    const box = front.current!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top] as const;
  };
  const hover = (event: MouseEvent) => {
    const [x, y] = place(event);
    const index = event.buttons === 0 ? nearestLine(now, selected.value, x, y) : undefined;
    if (index !== hovered.value?.index) hovered.value = index === undefined ? undefined : { index, x: event.clientX, y: event.clientY };
  };
  const gap = (now.lefts[1] ?? 0) - (now.lefts[0] ?? 0);
  const labels = axisNames(
    shownAxes.value.map((axis) => scales.value[axis]!.name),
    gap,
  );
  const at = hovered.value;
  const hidden = parameters.value.length - shownAxes.value.filter((axis) => axis < parameters.value.length).length;
  const isAll = shownParameters.value === 'all' && parameters.value.length > MOST_AXES;
  const more = (hidden > 0 || isAll) && (
    <button type="button" class="plain" key="more" onClick={() => shownParameters.pick(isAll ? 'few' : 'all')}>
      {isAll ? `${MOST_AXES} most important` : `${hidden} more`}
    </button>
  );
  return (
    <Card
      title="Parameters"
      note="drag along an axis to select"
      tools={[more, <Save key="save" plan={parallelPlan(figures, shownAxes.value)} />]}
    >
      <div class="parallel" ref={frame}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table offers the same by keyboard */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
        <div
          class="parallel-sheet"
          style={{ width: `${now.width}px`, height: `${HEIGHT}px` }}
          onMouseMove={hover}
          onMouseLeave={() => {
            hovered.value = undefined;
          }}
          onClick={(event) => at && event.target instanceof HTMLCanvasElement && lookAt(rows.value[at.index]!.trial)}
        >
          <canvas ref={back} />
          <canvas ref={front} />
          <canvas ref={above} aria-label={`${rows.value.length} trials as lines over ${shownAxes.value.length} axes`} role="img" />
          {shownAxes.value.map((axis, i) => (
            <AxisOf
              key={scales.value[axis]!.name}
              scale={scales.value[axis]!}
              conditional={isConditional(axis)}
              left={now.lefts[i]!}
              last={i === shownAxes.value.length - 1}
              move={(to) => {
                axisOrder.value = JSON.stringify(moved(shownAxes.value, i, to).map((one) => scales.value[one]!.name));
              }}
              label={labels[i]!}
              place={i}
              gap={gap}
            />
          ))}
          {at && <Tip x={at.x} y={at.y} text={aboutTrial(rows.value[at.index])} />}
        </div>
      </div>
    </Card>
  );
}
const percent = (place: number) => `${100 * (1 - place)}%`;

const isConditional = (axis: number): boolean => 'when' in (parameters.value[axis]?.[1] ?? {});

interface AxisProps {
  readonly scale: AxisScale;
  readonly left: number;
  readonly last: boolean;
  /** Whether trials can lack this parameter. */
  readonly conditional: boolean;
  readonly label: AxisName;
  /** Its number from the left, and the distance of two axes in pixels. */
  readonly place: number;
  readonly gap: number;
  readonly move: (to: number) => void;
}

/** An axis and its selected range. Arrow keys move the lower end, with shift the upper end; escape clears it. */
function AxisOf({ scale, left, last, conditional, label, place, gap, move }: AxisProps) {
  const { name } = scale;
  const range = useComputed(() => ranges.value.get(name)).value;
  const bar = useRef<HTMLDivElement>(null);
  const placeOf = (event: PointerEvent) => {
    const { top, height } = bar.current!.getBoundingClientRect();
    return clampUnit(1 - (event.clientY - top) / height);
  };
  const grab = (event: PointerEvent) => {
    event.preventDefault();
    bar.current!.focus();
    bar.current!.setPointerCapture(event.pointerId);
    const start = placeOf(event);
    const before = range;
    const inside = before !== undefined && start > before[0] && start < before[1];
    let isDrag = false;
    const move = (next: PointerEvent) => {
      const place = placeOf(next);
      if (Math.abs(place - start) > 0.01) isDrag = true;
      if (!isDrag) return;
      brush(scale.name, inside ? shifted(before, place - start) : [Math.min(start, place), Math.max(start, place)]);
    };
    const drop = () => {
      if (!isDrag) brush(scale.name, scale.labels ? cellAt(scale, start) : undefined);
      bar.current!.removeEventListener('pointermove', move);
    };
    bar.current!.addEventListener('pointermove', move);
    bar.current!.addEventListener('pointerup', drop, { once: true });
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? STEP : event.key === 'ArrowDown' ? -STEP : 0;
    if (event.key === 'Escape' || event.key === 'Delete') brush(scale.name, undefined);
    if (step === 0) return;
    event.preventDefault();
    const [low, high] = range ?? [0, 1];
    brush(
      scale.name,
      event.shiftKey ? [low, clampUnit(Math.max(low + STEP, high + step))] : [clampUnit(Math.min(high - STEP, low + step)), high],
    );
  };
  const said = range ? `${textAtPlace(scale, range[0])} to ${textAtPlace(scale, range[1])}` : 'all';
  return (
    <div
      class={`axis ${last ? 'axis-last' : place === 0 ? 'axis-first' : ''}`}
      style={{ left: `${left}px`, top: `${TOP}px`, height: `${BOTTOM - TOP}px` }}
    >
      <button
        type="button"
        class={`axis-name ${label.isLong && place % 2 === 0 ? 'is-high' : ''}`}
        title={`${cut(scale.name, 400)}: drag to move, or use the arrow keys`}
        onPointerDown={(event) => {
          const { currentTarget, pointerId, clientX } = event;
          currentTarget.setPointerCapture(pointerId);
          const drop = (end: PointerEvent) => move(place + Math.round((end.clientX - clientX) / Math.max(1, gap)));
          currentTarget.addEventListener('pointerup', drop, { once: true });
        }}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          const { currentTarget } = event;
          move(place + step);
          requestAnimationFrame(() => currentTarget.focus()); // a button that is moved loses the focus
        }}
      >
        {label.text}
      </button>
      <div
        ref={bar}
        class="axis-bar"
        role="slider"
        tabIndex={0}
        aria-label={`select ${cut(scale.name, 80)}`}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * (range?.[0] ?? 0))}
        aria-valuetext={said}
        onPointerDown={grab}
        onKeyDown={press}
      >
        {range && <div class="axis-brush" style={{ top: percent(range[1]), bottom: `${100 * range[0]}%` }} />}
      </div>
      {conditional && (
        <span class="axis-tick" style={{ top: `calc(100% + ${BELOW_AXIS}px)` }}>
          inactive
        </span>
      )}
      {scale.ticks.slice(0, 12).map(({ place, value }) => (
        <span class="axis-tick" key={value} style={{ top: percent(place) }}>
          {cut(textAt(scale, value), 12)}
        </span>
      ))}
    </div>
  );
}

const STEP = 0.05;

function shifted([low, high]: Range, by: number): Range {
  const size = high - low;
  const start = Math.min(1 - size, Math.max(0, low + by));
  return [start, start + size];
}

/** The whole cell of a category. */
function cellAt({ labels }: AxisScale, place: number): Range {
  const count = labels!.length;
  const k = Math.min(count - 1, Math.floor(place * count));
  return [k / count, (k + 1) / count];
}

const textAtPlace = (scale: AxisScale, place: number): string => cut(textAt(scale, scale.at(place)), 40);
