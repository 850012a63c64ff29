import { useMemo } from 'preact/hooks';
import { leaderText } from '../../../insight/examples/texts.ts';
import { examplesPlan } from '../../../insight/figures/examples.ts';
import { ChartCard } from '../../charts/ChartCard.tsx';
import { at } from '../../state/store.ts';
import { useExamples } from '../../state/useExamples.ts';
import { PairCard } from './PairCard.tsx';
import { UnsolvedCard } from './UnsolvedCard.tsx';

/** The results on each example: as a matrix, of two configurations, and the examples that none solves. */
export function ExamplesView() {
  const matrix = useExamples();
  const plan = useMemo(() => matrix && examplesPlan(matrix), [matrix]);
  if (matrix === undefined || plan === undefined || matrix.rows.length === 0)
    return <p class="nothing">No trial with results on examples has ended yet.</p>;
  return (
    <>
      {at.value !== undefined && <p class="note">This view does not follow the slider: it shows all results of the study.</p>}
      <ChartCard plan={plan}>
        <p class="note">{leaderText(matrix)}</p>
      </ChartCard>
      <div class="cards is-wide">
        {matrix.rows.length > 1 && <PairCard of={matrix} />}
        <UnsolvedCard of={matrix} />
      </div>
    </>
  );
}
