import type { Created } from '../../src/facts/facts.ts';
import { DECISIONS } from '../../src/facts/versions.ts';
import { type Landscape, landscapeOf, type Slice } from '../../src/insight/landscape.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { StudyLog } from '../../src/study/source.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import { readUpTo } from '../log/past.ts';
import { Replay } from './replay.ts';
import type { Machine, MachineNews } from './watch.ts';

/** What the strategies of a study are and think after an entry of its log. */
export interface Moment {
  readonly position: number;
  readonly machines: readonly Machine[];
  readonly news: readonly MachineNews[];
  /** Absent if the strategy that suggests next has no model, or not yet. */
  readonly landscape?: Landscape;
}

/** Which moment. */
export interface MomentQuestion {
  readonly position: number;
  /** The paths of strategies: the first one that has a model is shown. */
  readonly by: readonly string[];
  readonly slice?: Slice | undefined;
  /** How many cells a landscape has along a range. */
  readonly cells: number;
}

/** Replays a log to any of its moments: forwards from the last one, or else from the beginning. */
export class Moments {
  readonly #source: Pick<StudyLog, 'past'>;
  readonly #created: Created;
  readonly #parse: ParseStrategy;
  #replay: Replay | undefined;
  /** The position that the replay has reached. */
  #reached = 0;

  /** @throws OptionError if the strategy is code, which a log does not hold; Error if another version decided, since this one would think otherwise */
  constructor(source: Pick<StudyLog, 'past'>, created: Created, parse: ParseStrategy) {
    const { strategy, decisions } = created;
    if (decisions !== DECISIONS)
      throw new Error(`its suggestions are by version ${decisions} of the decisions, and this is version ${DECISIONS}`);
    parse(strategy);
    this.#source = source;
    this.#created = created;
    this.#parse = parse;
  }

  /** @throws what a strategy throws */
  async at({ position, by, slice, cells }: MomentQuestion): Promise<Moment> {
    const replay = await this.#upTo(position);
    const { machines, news } = replay.watch;
    return omitUndefined({ position, machines, news, landscape: slice && this.#landscape(replay, by, slice, cells) });
  }

  #landscape({ watch, space }: Replay, by: readonly string[], slice: Slice, cells: number): Landscape | undefined {
    for (const path of by) {
      const view = watch.view(path);
      if (view) return landscapeOf(view, path, space, slice, cells);
    }
    return undefined;
  }

  async #upTo(position: number): Promise<Replay> {
    if (this.#reached > position) this.close();
    this.#replay ??= new Replay(this.#source, this.#created, this.#parse);
    const replay = this.#replay;
    for await (const entries of readUpTo(this.#source.past(this.#reached + 1), position))
      for (const entry of entries) {
        await replay.fold(entry);
        this.#reached = entry.position;
      }
    return replay;
  }

  close(): void {
    this.#replay?.dispose();
    this.#replay = undefined;
    this.#reached = 0;
  }
}
