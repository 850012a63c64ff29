import { computed, useComputed } from '@preact/signals';
import { predictedSurface, surfaceOf, surfacePlan } from '../../insight/figures/contour.ts';
import { cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import { sliceOrder } from '../../insight/figures/slice.ts';
import type { Landscape } from '../../insight/landscape.ts';
import { lossOf } from '../../ledger/settings.ts';
import { Pick } from '../parts/Card.tsx';
import { useMoment } from '../state/moment.ts';
import { figures } from '../state/shownStudy.ts';
import { latestImportances, nextRow, objectives, parameters, scales } from '../state/store.ts';
import { into, kept, picked } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';

const across = kept('x');
const up = kept('y');
/** What the colours say. A prediction and its uncertainty are of the model that suggests next. */
const by = picked('by', ['prediction', 'uncertainty', 'value']);
type Colour = (typeof by)['value'];

/**
 * The names of the two parameters, as far as there are two: by default the most important ones now, for which a report has the landscapes. They stay the same
 * while a study is replayed.
 */
export const contourAxes = computed((): readonly [x: string | undefined, y: string | undefined] => {
  const names = sliceOrder({ parameters: parameters.value, importances: latestImportances.value }).map(({ name }) => name);
  const x = names.includes(across.value) ? across.value : names[0];
  return [x, names.includes(up.value) && up.value !== x ? up.value : names.find((name) => name !== x)];
});

/** The value over two parameters, as the model of the strategy predicts it or smoothed from the results, with the trials and the next one. */
export function Contour() {
  const names = parameters.value.map(([name]) => name);
  const [x = '', y = ''] = contourAxes.value;
  const moment = useMoment(...contourAxes.value);
  const landscape = moment?.landscape?.x === x && moment.landscape.y === y ? moment.landscape : undefined;
  const offered = by.of.filter((colour) => colour === 'value' || (landscape && (colour === 'prediction' || landscape.sds.length > 0)));
  const colour = offered.includes(by.value) ? by.value : offered[0]!;
  const axes = useComputed(() => [axisNamed(contourAxes.value[0]), axisNamed(contourAxes.value[1])] as const);
  const smoothed = useComputed(() => surfaceOf(figures, axes.value));
  const [objective] = objectives.value;
  const isPredicted = colour !== 'value';
  const surface = isPredicted && objective ? predictedSurface(landscape!, objective, colour === 'uncertainty') : smoothed.value;
  const name = nameOf(colour, objective?.name ?? '', landscape);
  return (
    <ChartCard
      plan={surfacePlan(figures, axes.value, { surface, name, next: nextRow.value })}
      nothing={names.length < 2 && 'This study has only one parameter.'}
      tools={
        names.length > 1 && (
          <>
            <Pick label="x axis" of={names} value={x} pick={into(across)} />
            <Pick label="y axis" of={names.filter((name) => name !== x)} value={y} pick={into(up)} />
            <Pick label="colour" of={offered} value={colour} pick={by.pick} />
          </>
        )
      }
      blank={isPredicted ? '' : 'no result nearby'}
    >
      {isPredicted ? (
        <p class="note">
          By the model of {cut(landscape!.by, 60)}; all other parameters as in trial {landscape!.through}.
          {nextRow.value && ' Diamond: the next trial.'}
          {landscape!.limit !== undefined &&
            ` To the model, all values worse than ${formatNumber(lossOf(objective!, landscape!.limit))} are equal.`}
        </p>
      ) : (
        <p class="note">Smoothed from the results.</p>
      )}
    </ChartCard>
  );
}

/** What the numbers beside the colours are. */
function nameOf(colour: Colour, objective: string, landscape: Landscape | undefined): string {
  const quantity = landscape === undefined || colour === 'value' || landscape.of === 'loss' ? objective : landscape.of;
  return colour === 'uncertainty' ? `standard deviation of ${quantity}` : quantity;
}

const axisNamed = (name: string | undefined): number => scales.value.findIndex((scale) => scale.name === name);
