import type { ComponentChildren } from 'preact';
import { cssOf, ramp } from '../../insight/figures/drawing/colours.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type Figure, onPaper, statesIn } from '../../insight/figures/figures.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { pngOf, save } from '../lib/save.ts';
import { palette, theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures } from '../state/figures.ts';
import { detail } from '../state/store.ts';
import { svgOf } from '../svg.ts';
import { Chart, type ChartProps, HEIGHT } from './Chart.tsx';

interface Titled extends ChartProps {
  readonly title: string;
  readonly note?: string | undefined;
  readonly colours?: Figure['colours'];
}

/** A chart with its trials, for a file. */
export function figureOf({ title, note, colours, height = HEIGHT, option, trials }: Titled): Figure {
  const series = [...[option.series ?? []].flat(), ...(trials?.series() ?? [])];
  return { title, ...omitUndefined({ note, colours, key: trials && statesIn(figures) }), height, option: { ...option, series } };
}

interface ChartCardProps extends Titled {
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
export function ChartCard({ title, note, colours, blank, tools, nothing = false, children, ...chart }: ChartCardProps) {
  return (
    <Card
      title={title}
      {...omitUndefined({ note })}
      nothing={nothing}
      tools={[tools, !nothing && <Save key="save" title={title} figure={() => figureOf({ title, note, colours, ...chart })} />]}
    >
      <Chart {...chart} />
      {colours && <ColourScale ends={colours} blank={blank} />}
      {children}
    </Card>
  );
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
export function Save({ title, figure }: { readonly title: string; readonly figure: () => Figure }) {
  const name = `${detail.value?.study ?? 'study'} ${title}`.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').slice(0, 80);
  const svg = () => svgOf([onPaper(figure(), theme)], theme);
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
