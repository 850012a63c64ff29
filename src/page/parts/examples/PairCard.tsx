import { type ExampleMatrix, exampleName, type MatrixRow } from '../../../insight/examples/matrix.ts';
import { comparePair } from '../../../insight/examples/pair.ts';
import { pairText, signed } from '../../../insight/examples/texts.ts';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { into, kept } from '../../state/url.ts';
import { Card, Pick, TrialLink } from '../Card.tsx';

const chosen = [kept('one'), kept('other')] as const;
/** The examples that are listed. */
const MOST_LISTED = 12;

/** Two configurations on the examples that both have, and which examples the difference comes from. */
export function PairCard({ of: matrix }: { readonly of: ExampleMatrix }) {
  const { rows, objective } = matrix;
  const names = rows.map(({ trial }) => String(trial));
  const named = ({ value }: { readonly value: string }) => rows[names.indexOf(value)];
  const one = named(chosen[0]) ?? rows[0]!;
  const asked = named(chosen[1]);
  const other = asked && asked !== one ? asked : rows.find((row) => row !== one)!;
  const pair = comparePair(matrix, one, other);
  const values = [one, other].map(({ results }) => new Map(results));
  const others = names.filter((name) => name !== String(one.trial));
  return (
    <Card
      title="Two trials on the same examples"
      tools={
        <>
          <Pick label="trial" of={names} value={String(one.trial)} pick={into(chosen[0])} />
          <Pick label="and trial" of={others} value={String(other.trial)} pick={into(chosen[1])} />
        </>
      }
    >
      <p>{pairText(matrix, [one, other], pair)}</p>
      <p class="note">
        The interval does not know that you chose these two among many, nor that the leader was chosen for its results on these examples.
      </p>
      {pair.deciding.length > 0 && (
        <div class="scroll">
          <table class="small" aria-label="Examples that decide">
            <thead>
              <tr>
                <th>{pair.deciding.length > MOST_LISTED ? `the ${MOST_LISTED} examples that decide most` : 'examples that decide'}</th>
                <HeadOf row={one} />
                <HeadOf row={other} />
                <th>adds to the difference of {cut(objective.name, 20)}</th>
              </tr>
            </thead>
            <tbody>
              {pair.deciding.slice(0, MOST_LISTED).map(([place, part]) => (
                <tr key={place}>
                  <td>{cut(exampleName(matrix, place), 40)}</td>
                  {values.map((of, k) => (
                    <td key={k ? 'other' : 'one'}>{formatNumber(of.get(place))}</td>
                  ))}
                  <td>{signed(part)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

const HeadOf = ({ row: { trial } }: { readonly row: MatrixRow }) => (
  <th>
    <TrialLink trial={trial} />
  </th>
);
