import { useComputed } from '@preact/signals';
import { contourOption, contourPoints, surfaceEnds, surfaceOf } from '../../insight/figures/contour.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import { theme } from '../lib/theme.ts';
import { Choose, Pick } from '../parts/Card.tsx';
import { figures } from '../state/figures.ts';
import { parameters, scales } from '../state/store.ts';
import { choice, kept } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

const across = kept('x');
const up = kept('y');
const by = choice('by', ['value', 'rank']);

/** The value over two parameters: a surface smoothed from the results, and the trials. */
export function Contour() {
  const names = parameters.value.map(([name]) => name);
  const chosen = useComputed(() => {
    const x = names.includes(across.value) ? across.value : (names[0] ?? '');
    return [x, names.includes(up.value) && up.value !== x ? up.value : (names.find((name) => name !== x) ?? '')] as const;
  });
  const axes = useComputed(() => [axisNamed(chosen.value[0]), axisNamed(chosen.value[1])] as const);
  const surface = useComputed(() => surfaceOf(figures, axes.value, by.value === 'rank'));
  const option = useComputed(() => contourOption(figures, theme, axes.value, surface.value));
  const [x, y] = chosen.value;
  const trials = useComputed(() => trialPoints(contourPoints(figures, axes.value)));
  return (
    <ChartCard
      title="Two parameters"
      nothing={names.length < 2 && 'This study has only one parameter.'}
      label={`${by.value} over ${cut(x, 60)} and ${cut(y, 60)}`}
      option={option.value}
      height={380}
      trials={trials.value}
      tools={
        names.length > 1 && (
          <>
            <Pick
              label="x axis"
              of={names}
              value={x}
              pick={(name) => {
                across.value = name;
              }}
            />
            <Pick
              label="y axis"
              of={names.filter((name) => name !== x)}
              value={y}
              pick={(name) => {
                up.value = name;
              }}
            />
            <Choose label="colour" of={by} />
          </>
        )
      }
      colours={surfaceEnds(figures, surface.value, by.value === 'rank')}
      blank="no result nearby"
    />
  );
}

const axisNamed = (name: string): number => scales.value.findIndex((scale) => scale.name === name);
