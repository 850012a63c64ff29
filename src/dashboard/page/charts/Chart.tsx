import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { EChartsOption } from 'echarts/types/dist/shared';
import { useEffect, useRef } from 'preact/hooks';
import { colour, palette } from '../lib/theme.ts';

use([BarChart, CustomChart, LineChart, ScatterChart, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export type { EChartsOption };

export interface ChartProps {
  /** What it shows, in words, for those who do not see it. */
  readonly label: string;
  readonly option: EChartsOption;
  readonly height?: number;
  /** Told of the trial of a point that was clicked. */
  readonly onTrial?: (trial: number) => void;
}

/** A chart of ECharts. What a tooltip says is drawn, not put into the page: names of parameters may hold markup. */
export function Chart({ label, option, height = 260, onTrial }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | undefined>(undefined);
  const click = useRef(onTrial);
  click.current = onTrial;
  useEffect(() => {
    const made = init(place.current!, undefined, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', ({ seriesId, value }) => {
      if (String(seriesId).startsWith('trials') && Array.isArray(value)) click.current?.(Number(value.at(-1)));
    });
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(place.current!);
    return () => {
      resized.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);
  const theme = palette.value;
  const latest = useRef(option);
  latest.current = option;
  const due = useRef(false);
  // In the next frame: a brush moves first, and the charts follow it.
  useEffect(() => {
    if (due.current) return;
    due.current = true;
    requestAnimationFrame(() => {
      due.current = false;
      chart.current?.setOption({ ...base(), ...latest.current }, { notMerge: true });
    });
  }, [option, theme]);
  return <div ref={place} class="chart" role="img" aria-label={label} style={{ height: `${height}px` }} />;
}

const base = (): EChartsOption => ({
  animation: false,
  textStyle: { fontFamily: 'system-ui, sans-serif', color: colour('--text') },
  backgroundColor: 'transparent',
});

/** How all axes look. */
export const axisStyle = () => ({
  axisLine: { lineStyle: { color: colour('--line-strong') } },
  axisTick: { show: false },
  axisLabel: { color: colour('--muted'), fontSize: 11, hideOverlap: true },
  splitLine: { lineStyle: { color: colour('--line') } },
  nameTextStyle: { color: colour('--muted'), fontSize: 11 },
});

export const tooltipStyle = () => ({
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: colour('--panel'),
  borderColor: colour('--line-strong'),
  textStyle: { color: colour('--text'), fontSize: 12 },
  extraCssText: '',
});
