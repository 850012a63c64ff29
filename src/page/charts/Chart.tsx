import { useSignal, useSignalEffect } from '@preact/signals';
import type { EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'preact/hooks';
import type { Frame } from '../../insight/figures/cells.ts';
import type { ChartOption } from '../../insight/figures/drawing/option.ts';
import { aboutTrial } from '../../insight/figures/figureStudy.ts';
import { init } from '../echarts.ts';
import { sized } from '../lib/canvas.ts';
import { inFrame } from '../lib/frames.ts';
import { colour, palette } from '../lib/theme.ts';
import { focused, lookAt, selected } from '../state/selection.ts';
import { rows, shownRow } from '../state/store.ts';
import type { Grid, Overlay } from './overlay.ts';
import { Tip } from './Tip.tsx';

/** Charts out of sight are drawn after this many milliseconds without a change. */
const REST_MS = 200;

interface ChartProps {
  /** A description for screen readers. */
  readonly label: string;
  readonly option: ChartOption;
  /** In pixels. */
  readonly height: number;
  /** Trials, drawn on top. The selection may change in every frame, which is too often for a series of the chart. */
  readonly trials: Overlay | undefined;
  /** What a click on a trial does. Default: it shows the trial. */
  readonly pick?: (trial: number) => void;
}

/** An ECharts chart. Tooltips are drawn on the canvas, because names of parameters may contain markup. */
export function Chart({ label, option, height, trials, pick = lookAt }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const chart = useRef<EChartsType | undefined>(undefined);
  const hovered = useSignal<{ readonly trial: number; readonly x: number; readonly y: number } | undefined>(undefined);
  const latest = useRef({ option, trials, pick });
  latest.current = { option, trials, pick };
  /** Whether the axes exist. */
  const drawn = useRef(false);
  const frames = () => latest.current.trials?.grids.map((grid) => frameOf(chart.current!, latest.current.option, grid)) ?? [];
  const end = useRef<(() => void) | undefined>(undefined);

  const inView = useRef(true);
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const due = useRef<{ option: boolean } | undefined>(undefined);
  /** Redraws in one of the next frames, so that dragging stays smooth. */
  const redraw = (isNew: boolean) => {
    if (due.current) {
      due.current.option ||= isNew;
      return;
    }
    due.current = { option: isNew };
    inFrame(() => {
      const made = chart.current;
      const { option: hasNewOption } = due.current!;
      due.current = undefined;
      if (made === undefined) return;
      if (hasNewOption) made.setOption({ ...base(), ...latest.current.option }, { replaceMerge: ['series'] });
      drawn.current ||= hasNewOption;
      if (!over.current || !drawn.current || made.getWidth() === 0) return;
      end.current?.();
      const ratio = sized(over.current, made.getWidth(), made.getHeight());
      end.current = latest.current.trials?.draw(over.current, frames(), ratio);
    });
  };

  useEffect(() => {
    const made = init(place.current!, undefined, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', ({ seriesId, value }) => {
      if (String(seriesId).startsWith('trials') && Array.isArray(value)) latest.current.pick(Number(value.at(-1)));
    });
    made.on('datazoom', () => redraw(false));
    const resized = new ResizeObserver(() => {
      made.resize();
      redraw(false);
    });
    resized.observe(place.current!);
    const watched = new IntersectionObserver(([entry]) => {
      inView.current = entry!.isIntersecting;
      if (inView.current && later.current !== undefined) follow();
    });
    watched.observe(place.current!);
    return () => {
      resized.disconnect();
      watched.disconnect();
      clearTimeout(later.current);
      end.current?.();
      made.dispose();
      chart.current = undefined;
    };
  }, []);
  const theme = palette.value;
  useEffect(() => redraw(true), [option, theme]);
  /** Redraws now if the chart is visible, otherwise when changes pause. */
  const follow = () => {
    clearTimeout(later.current);
    later.current = undefined;
    if (inView.current) redraw(false);
    else {
      later.current = setTimeout(() => {
        later.current = undefined;
        redraw(false);
      }, REST_MS);
    }
  };
  useEffect(follow, [trials]);
  useSignalEffect(() => {
    if (!over.current) return;
    selected.value;
    focused.value;
    follow();
  });

  const hover = (event: MouseEvent) => {
    const { left, top } = place.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const index = drawn.current ? latest.current.trials?.nearest(frames(), x, y) : undefined;
    hovered.value = index === undefined ? undefined : { trial: rows.value[index]!.trial, x: event.clientX, y: event.clientY };
  };
  const at = hovered.value;
  const chartItself = <div ref={place} class="chart" role="img" aria-label={label} style={{ height: `${height}px` }} />;
  if (trials === undefined) return chartItself;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table offers the same by keyboard
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <div
      class={`chart-frame ${at ? 'is-over' : ''}`}
      onMouseMove={hover}
      onMouseLeave={() => {
        hovered.value = undefined;
      }}
      onClick={(event) => {
        hover(event);
        if (hovered.value) pick(hovered.value.trial);
      }}
    >
      {chartItself}
      <canvas ref={over} class="chart-trials" />
      {at && <Tip x={at.x} y={at.y} text={aboutTrial(shownRow(at.trial))} />}
    </div>
  );
}

function frameOf(chart: EChartsType, { grid }: ChartOption, { grid: gridIndex = 0, x, y }: Grid): Frame {
  const [low, high] = [0, 1].map((k) => chart.convertToPixel({ gridIndex }, [x[k]!.value, y[k]!.value])) as [number[], number[]];
  const reach = (a: number, b: number, [from, to]: Grid['x']): readonly [zero: number, one: number] => {
    const size = to.place > from.place ? (b - a) / (to.place - from.place) : 0;
    return [a - from.place * size, size];
  };
  const [left, width] = reach(low[0]!, high[0]!, x);
  const [bottom, height] = reach(low[1]!, high[1]!, y);
  const margins = [grid].flat()[gridIndex] as { readonly left: number; readonly right: number };
  return { left, width, bottom, height: -height, seen: [margins.left - 4, chart.getWidth() - margins.right + 4] };
}

const base = (): ChartOption => ({
  animation: false,
  textStyle: { fontFamily: 'system-ui, sans-serif', color: colour('text') },
  backgroundColor: 'transparent',
});
