import type { ComponentChildren } from 'preact';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type Figure, onPaper, statesIn } from '../../insight/figures/figures.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { pngOf, save } from '../lib/save.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures } from '../state/figures.ts';
import { detail } from '../state/store.ts';
import { svgOf } from '../svg.ts';
import { Chart, type ChartProps, HEIGHT } from './Chart.tsx';

interface Titled extends ChartProps {
  readonly title: string;
  readonly note?: string | undefined;
}

/** A chart with its trials, for a file. */
export function figureOf({ title, note, height = HEIGHT, option, trials }: Titled): Figure {
  const series = [...[option.series ?? []].flat(), ...(trials?.series() ?? [])];
  return { title, ...omitUndefined({ note, key: trials && statesIn(figures) }), height, option: { ...option, series } };
}

interface ChartCardProps extends Titled {
  /** Next to the title. */
  readonly tools?: ComponentChildren;
  /** What stands in place of the chart, if there is nothing to draw yet. */
  readonly nothing?: string | false | undefined;
  /** Below the chart. */
  readonly children?: ComponentChildren;
}

/** A titled chart that can be saved. */
export function ChartCard({ title, note, tools, nothing = false, children, ...chart }: ChartCardProps) {
  return (
    <Card
      title={title}
      {...omitUndefined({ note })}
      tools={[tools, !nothing && <Save key="save" title={title} figure={() => figureOf({ title, note, ...chart })} />]}
    >
      {nothing ? (
        <p class="nothing">{nothing}</p>
      ) : (
        <>
          <Chart {...chart} />
          {children}
        </>
      )}
    </Card>
  );
}

/** Buttons that save a figure as a file. */
export function Save({ title, figure }: { readonly title: string; readonly figure: () => Figure }) {
  const name = `${detail.value?.study ?? 'study'} ${title}`.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').slice(0, 80);
  const svg = () => svgOf([onPaper(figure(), theme)], theme);
  const label = (kind: string) => `save ${cut(title, 60)} as ${kind}`;
  return (
    <span class="saves">
      <button
        type="button"
        class="plain"
        aria-label={label('PNG')}
        onClick={() => void pngOf(svg()).then((png) => save(`${name}.png`, png))}
      >
        PNG
      </button>
      <button
        type="button"
        class="plain"
        aria-label={label('SVG')}
        onClick={() => save(`${name}.svg`, new Blob([svg()], { type: 'image/svg+xml' }))}
      >
        SVG
      </button>
    </span>
  );
}
