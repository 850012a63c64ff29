import { type Moment, type MomentQuestion, Moments } from '../../../streams/explanation/moment.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { RefusedError } from '../../study/commands.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { Feed } from './feed.ts';

/** What a reader asks for: the entry of the log, and two parameters for the landscape. */
export interface WantedMoment {
  /** Default: the last one. */
  readonly at?: number | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}

/** Cells along a range of a landscape. */
const CELLS = 36;

/** Replays the log of a study to any of its moments. The function throws RefusedError if the study has not begun, or cannot be replayed. */
export function momentsOf(feed: Pick<Feed, 'begun' | 'position' | 'source'>): (wanted: WantedMoment, cells?: number) => Promise<Moment> {
  let moments: Moments | undefined;
  return async (wanted, cells = CELLS) => {
    try {
      if (feed.begun === undefined) throw new Error('it has not begun');
      moments ??= new Moments(feed.source, feed.begun.ledger.created!, parseStrategy);
      return await moments.at(questionFor(feed.begun, feed.position, wanted, cells));
    } catch (error) {
      if (error instanceof RefusedError) throw error; // it was given up
      moments?.close();
      throw new RefusedError({ code: 'out-of-place', message: `this study cannot be replayed: ${(error as Error).message}` });
    }
  };
}

/** The question about a moment: a landscape belongs to the strategy that suggests the next trial, and goes through that trial or else the best one. */
function questionFor(
  { rows: known, ledger }: NonNullable<Feed['begun']>,
  last: number,
  { at = last, x, y }: WantedMoment,
  cells: number,
): MomentQuestion {
  const position = Math.min(at, last);
  const rows = [...known];
  const later = rows.findIndex(({ suggested }) => suggested > position);
  const [next, before] = later < 0 ? [undefined, rows] : [rows[later], rows.slice(0, later)];
  const by = [...new Set([...(next ? [next.by] : []), ...before.map((row) => row.by).toReversed()])];
  if (x === undefined || y === undefined) return { position, cells, by };
  const has = ({ params }: TrialRow) => Object.hasOwn(params, x) && Object.hasOwn(params, y);
  const done = () => before.filter((row) => has(row) && (row.ended ?? Number.POSITIVE_INFINITY) <= position);
  const through = next && has(next) ? next : (bestFirst(done(), ledger.settings.objectives[0]!)[0] ?? before.findLast(has));
  return { position, cells, by, slice: through && { x, y, through: { trial: through.trial, params: through.params } } };
}
