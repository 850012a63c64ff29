import { inTurn } from '../../../streams/engine/timeout.ts';
import { checkReplayable, type Moment, type MomentQuestion } from '../../../streams/explanation/moment.ts';
import { readUpTo } from '../../../streams/log/past.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { RefusedError } from '../../study/commands.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { Feed } from '../feed/feed.ts';
import { Thread } from '../thread.ts';

/** What a reader asks for: the entry of the log, and two parameters for the landscape. */
export interface WantedMoment {
  /** Default: the last one. */
  readonly at?: number | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}

/** Cells along a range of a landscape. */
const CELLS = 36;
/** Milliseconds without a question before the thread ends, which holds a log. */
const REST_MS = 60_000;

/** The moments of studies, replayed in one thread, which holds the log of one study at a time. */
export class MomentsInThread {
  readonly #turn = inTurn();
  #thread: Thread<typeof import('./inThread.ts')> | undefined;
  #feed: Feed | undefined;
  /** The last position that the thread knows. */
  #known = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /** @throws RefusedError if the study has not begun, or cannot be replayed */
  at(feed: Feed, wanted: WantedMoment, cells = CELLS): Promise<Moment> {
    return this.#turn(async () => {
      await feed.caughtUp;
      clearTimeout(this.#resting);
      try {
        return await this.#answer(feed, questionFor(feed, wanted, cells));
      } catch (error) {
        this.close();
        throw new RefusedError({ code: 'out-of-place', message: `this study cannot be replayed: ${(error as Error).message}` });
      } finally {
        this.#resting = setTimeout(() => this.close(), REST_MS).unref();
      }
    });
  }

  async #answer(feed: Feed, question: MomentQuestion): Promise<Moment> {
    this.#thread ??= new Thread('server/moments/inThread');
    if (this.#feed !== feed) {
      await this.#thread.call('beginLog', feed.begun!.ledger.created!);
      this.#feed = feed;
      this.#known = 0;
    }
    const news = this.#known < question.position ? feed.source.past(this.#known + 1) : [];
    for await (const entries of readUpTo(news, question.position)) {
      await this.#thread.call('add', entries);
      this.#known = entries.at(-1)!.position;
    }
    return this.#thread.call('momentAt', question);
  }

  close(): void {
    clearTimeout(this.#resting);
    this.#thread?.close();
    this.#thread = undefined;
    this.#feed = undefined;
  }
}

/** The question about a moment: a landscape belongs to the strategy that suggests the next trial, and goes through that trial or else the best one. */
function questionFor({ begun, position: last }: Feed, { at = last, x, y }: WantedMoment, cells: number): MomentQuestion {
  if (begun === undefined) throw new Error('it has not begun');
  const position = Math.min(at, last);
  const { created, settings } = begun.ledger;
  checkReplayable(created!, parseStrategy); // before a thread begins in vain
  const rows = [...begun.rows];
  const later = rows.findIndex(({ suggested }) => suggested > position);
  const [next, before] = later < 0 ? [undefined, rows] : [rows[later], rows.slice(0, later)];
  const by = [...new Set([...(next ? [next.by] : []), ...before.map((row) => row.by).toReversed()])];
  if (x === undefined || y === undefined) return { position, cells, by };
  const has = ({ params }: TrialRow) => Object.hasOwn(params, x) && Object.hasOwn(params, y);
  const done = () => before.filter((row) => has(row) && (row.ended ?? Number.POSITIVE_INFINITY) <= position);
  const through = next && has(next) ? next : (bestFirst(done(), settings.objectives[0]!)[0] ?? before.findLast(has));
  return { position, cells, by, slice: through && { x, y, through: { trial: through.trial, params: through.params } } };
}
