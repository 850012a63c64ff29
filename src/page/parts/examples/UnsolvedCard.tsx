import { type ExampleMatrix, exampleName, FEWEST } from '../../../insight/examples/matrix.ts';
import { cut } from '../../../insight/figures/drawing/format.ts';
import { Card } from '../Card.tsx';

/** The examples that are listed. */
const EXAMPLES_LISTED = 60;

/** The examples on which all configurations have the worst value. */
export function UnsolvedCard({ of: matrix }: { readonly of: ExampleMatrix }) {
  const { unsolved } = matrix;
  const more = unsolved.length - EXAMPLES_LISTED;
  return (
    <Card
      title="Examples that no configuration solves"
      note={`all that were evaluated there, at least ${FEWEST}, have the worst value of the study`}
      nothing={unsolved.length === 0 && 'There is none.'}
    >
      <p>They cannot tell configurations apart. Look whether they are impossible, or whether what you expect of them is wrong.</p>
      <ul class="unsolved">
        {unsolved.slice(0, EXAMPLES_LISTED).map(([place, count]) => (
          <li key={place}>
            {cut(exampleName(matrix, place), 40)} <span class="note">{count} configurations</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="note">and {more} more</p>}
    </Card>
  );
}
