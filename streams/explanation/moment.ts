import type { Entry } from '../../src/facts/entry.ts';
import type { Created } from '../../src/facts/facts.ts';
import { DECISIONS } from '../../src/facts/versions.ts';
import { type Landscape, landscapeOf, type Slice } from '../../src/insight/landscape.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
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

/** @throws OptionError if the strategy is code, which a log does not hold; Error if another version decided, since this one would think otherwise */
export function checkReplayable({ strategy, decisions }: Pick<Created, 'strategy' | 'decisions'>, parse: ParseStrategy): void {
  if (decisions !== DECISIONS)
    throw new Error(`its suggestions are by version ${decisions} of the decisions, and this is version ${DECISIONS}`);
  parse(strategy);
}

/** Replays a log to any of its moments: forwards from the last one, or else from the beginning. */
export class Moments {
  readonly #created: Created;
  readonly #entries: Entry[] = [];
  readonly #parse: ParseStrategy;
  #replay: Replay | undefined;
  /** How many entries the replay has taken. */
  #taken = 0;

  /** @throws as `checkReplayable` */
  constructor(created: Created, parse: ParseStrategy) {
    checkReplayable(created, parse);
    this.#created = created;
    this.#parse = parse;
  }

  /** Takes the next entries of the log. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.push(entry);
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
    const reached = this.#entries[this.#taken - 1]?.position ?? 0;
    if (this.#replay === undefined || reached > position) this.#begin();
    while (this.#taken < this.#entries.length && this.#entries[this.#taken]!.position <= position)
      await this.#replay!.fold(this.#entries[this.#taken++]!);
    return this.#replay!;
  }

  #begin(): void {
    this.close();
    const entries = this.#entries;
    const past = async function* () {
      yield entries;
    };
    this.#replay = new Replay({ past }, this.#created, this.#parse);
  }

  close(): void {
    this.#replay?.dispose();
    this.#replay = undefined;
    this.#taken = 0;
  }
}
