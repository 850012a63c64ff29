import { computed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { cssOf, ramp } from '../../insight/figures/drawing/colours.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type Figure, figureOf, type Plan } from '../../insight/figures/plan.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { pngOf, save } from '../lib/save.ts';
import { palette, theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures } from '../state/shownStudy.ts';
import { detail } from '../state/store.ts';
import { svgOf } from '../svg.ts';
import { Chart } from './Chart.tsx';
import { trialCurves } from './curves.ts';
import { trialPoints } from './points.ts';

interface ChartCardProps {
  readonly plan: Plan;
  /** Next to the title. */
  readonly tools?: ComponentChildren;
  /** As of a card. */
  readonly nothing?: string | false | undefined;
  /** Why a part of it has no colour. */
  readonly blank?: string;
  /** Below the chart. */
  readonly children?: ComponentChildren;
}

/** A titled chart that can be saved. */
export function ChartCard({ plan, blank, tools, nothing = false, children }: ChartCardProps) {
  const { title, note, colours } = plan;
  return (
    <Card title={title} {...omitUndefined({ note })} nothing={nothing} tools={[tools, !nothing && <Save key="save" plan={plan} />]}>
      <PlanChart plan={plan} />
      {colours && <ColourScale ends={colours} blank={blank} />}
      {children}
    </Card>
  );
}

/** The chart of a plan, whose parts are made again when what they read has changed. @param pick what a click on a trial does */
export function PlanChart({ plan, pick }: { readonly plan: Plan; readonly pick?: (trial: number) => void }) {
  const { title, label = title, height, points, curves } = plan;
  const option = useMemo(() => computed(() => plan.option(theme)), [plan]);
  const trials = useMemo(() => computed(() => (points ? trialPoints(points()) : curves && trialCurves(curves))), [plan]);
  return <Chart label={label} option={option.value} height={height} trials={trials.value} {...omitUndefined({ pick })} />;
}

/** The colours from the best to the worst, and what their ends mean. */
function ColourScale({
  ends: [best, worst],
  blank,
}: {
  readonly ends: NonNullable<Figure['colours']>;
  readonly blank: string | undefined;
}) {
  palette.value;
  return (
    <p class="colour-scale">
      {blank && `blank: ${blank} · `}
      {best}
      <span style={{ background: `linear-gradient(to right, ${ramp(theme).map(cssOf).join(', ')})` }} aria-hidden="true" />
      {worst}
    </p>
  );
}

/** Buttons that save a figure as a file. */
export function Save({ plan }: { readonly plan: Plan }) {
  const { title } = plan;
  const name = `${detail.value?.study ?? 'study'} ${title}`.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').slice(0, 80);
  const svg = () => svgOf([figureOf(plan, figures, theme)], theme);
  const files = { PNG: () => pngOf(svg()), SVG: async () => new Blob([svg()], { type: 'image/svg+xml' }) };
  return (
    <span class="saves">
      {Object.entries(files).map(([kind, make]) => (
        <button
          key={kind}
          type="button"
          class="plain"
          aria-label={`save ${cut(title, 60)} as ${kind}`}
          onClick={() => void make().then((file) => save(`${name}.${kind.toLowerCase()}`, file))}
        >
          {kind}
        </button>
      ))}
    </span>
  );
}
