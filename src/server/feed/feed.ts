import { filter, firstValueFrom, Subject } from 'rxjs';
import { ledgerFrom } from '../../../streams/engine/applyEntries.ts';
import { turnsOf } from '../../../streams/engine/timeout.ts';
import type { Entry } from '../../facts/entry.ts';
import type { Params } from '../../facts/facts.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { bestResult, studyPhase } from '../../monitoring/studyState.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { StudyLog } from '../../study/source.ts';
import { studyStatusOf } from '../../study/status.ts';
import { TrialRows } from '../../study/trials.ts';
import { TrialChanges } from './trialChanges.ts';
import type { Compared, Detail, Headline } from './wire.ts';

/** What a log says so far. */
interface Folded {
  readonly ledger: Ledger<Params>;
  readonly rows: TrialRows;
}

/** A study that has begun. */
interface Begun extends Folded {
  readonly createdAt: number;
  readonly changes: TrialChanges;
}

/** Improvements of the best value that are kept. */
const TREND = 32;
/** Milliseconds of work before it yields to other tasks. */
const TURN_MS = 10;

/** A study for readers, as its entries say; it has no other state. */
export class Feed {
  readonly id: string;
  readonly source: StudyLog;
  readonly #closing = new AbortController();
  /** The entries as they are taken. Completes when nothing more will be. */
  readonly live$ = new Subject<AppliedEntry<Params>>();
  readonly #past: () => Promise<void>;
  #rejected = 0;
  #trend: Headline['trend'] = [];
  /** The trial that was the best at its end. */
  #leading: TrialId | undefined;
  #begun: (Pick<Begun, 'createdAt' | 'changes'> & { study: Folded }) | undefined;
  #position = 0;

  /** @param past resolves when it has taken the entries that existed at the start */
  constructor(id: string, source: StudyLog, past: (feed: Feed) => Promise<void>) {
    this.id = id;
    this.source = source;
    this.#past = () => past(this);
  }

  /** Resolves when it has taken the entries that existed at the start. @throws what keeps them from being read */
  get caughtUp(): Promise<void> {
    return this.#past();
  }

  /** Resolves when the log has been read up to a position, or reading has ended. */
  async reached(position: number): Promise<void> {
    const later$ = this.live$.pipe(filter((entry) => entry.position >= position));
    if (this.#position < position) await firstValueFrom(later$, { defaultValue: undefined });
  }

  close(): void {
    this.#closing.abort();
    this.live$.complete();
  }

  get begun(): Begun | undefined {
    if (this.#begun === undefined) return undefined;
    const { study, ...rest } = this.#begun;
    return { ...rest, ledger: study.ledger, rows: study.rows };
  }
  get position(): number {
    return this.#position;
  }
  /** Why no other trial may begin. */
  get waits(): string | undefined {
    return this.source.waits?.();
  }
  get closed(): boolean {
    return this.closing.aborted;
  }
  /** Aborts when it closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Takes the next entry, after it was applied. @param study the ledger may be another one after a change of the strategy */
  take(applied: AppliedEntry<Params>, study: Folded): void {
    const { position, at, refusal } = applied;
    this.#position = position;
    const { ledger, rows } = study;
    if (ledger.created === undefined) return;
    this.#begun ??= { createdAt: at, changes: new TrialChanges(ledger.created.objectives[0]!.name), study };
    this.#begun.study = study;
    this.#begun.changes.apply(applied, rows);
    if (refusal) this.#rejected++;
    this.#note(ledger);
    this.live$.next(applied);
  }

  /** Keeps how the best value changed. A leader that is evaluated on more examples has their mean from when it began to lead. */
  #note({ best, settings, examples }: Folded['ledger']): void {
    const before = this.#leading;
    if (best === undefined || best.trial === before) return;
    this.#leading = best.trial;
    const value = best.values[settings.objectives[0]!.name]!;
    const isGrown = examples !== undefined && before !== undefined && examples.of(best.trial) === examples.of(before);
    const trial = isGrown ? this.#trend.at(-1)![0] : best.trial;
    this.#trend = [...(isGrown ? this.#trend.slice(0, -1) : this.#trend), [trial, value]];
    if (this.#trend.length > TREND) this.#trend = this.#trend.filter((_, i) => i % 2 === 0 || i === this.#trend.length - 1);
  }

  /** The study in one line; undefined while its log is empty. */
  headline(): Headline | undefined {
    const { begun } = this;
    if (begun === undefined) return undefined;
    const { ledger, rows } = begun;
    const { paused: _, waiting: __, note: ___, ...status } = studyStatusOf(ledger, studyPhase(begun), rows);
    return omitUndefined({
      ...status,
      id: this.id,
      source: this.source.place,
      phase: studyPhase(begun),
      imported: rows.imported || undefined,
      waits: this.waits,
      served: this.source.served?.(),
      best: bestResult(begun),
      trend: this.#trend,
      objective: ledger.settings.objectives[0]!,
    });
  }

  /** The study with only its best trial, to compare it with others. */
  summary(): Compared | undefined {
    const detail = this.detail();
    const best = detail?.best && this.begun?.rows.get(detail.best.trial);
    return detail && omitUndefined({ detail, best });
  }

  detail(): Detail | undefined {
    const { begun } = this;
    const headline = this.headline();
    if (begun === undefined || headline === undefined) return undefined;
    const { createdAt, ledger, rows } = begun;
    const { objectives, strategy, seed, parallel, limits, examples } = ledger.settings;
    return {
      ...headline,
      ...rows.about,
      space: ledger.space.toJSON(),
      objectives,
      strategy,
      seed,
      parallel,
      limits,
      ...omitUndefined({ examples }),
      version: ledger.created?.version ?? 'unknown',
      createdAt,
      cost: ledger.results.cost,
      spent: ledger.results.spent,
      queued: ledger.planned - ledger.configurations,
      rejected: this.#rejected,
    };
  }
}

/** Takes the entries of a log that nothing here applies. @returns takes the next one */
export function feeding(feed: Feed): (entry: Entry) => void {
  const rows = new TrialRows();
  let ledger: Ledger<Params> | undefined;
  return (entry) => {
    ledger ??= ledgerFrom(entry);
    const applied = ledger?.fold(entry);
    if (ledger === undefined || applied === undefined) return;
    rows.apply(applied);
    feed.take(applied, { ledger, rows });
  };
}

/** A study that another process runs, or none: its log is read. @param failed called if it can no longer be read */
export function readingFeed(id: string, source: StudyLog, failed: (error: unknown) => void = () => {}): Feed {
  let next = 1;
  const read = async (log: AsyncIterable<readonly Entry[]>) => {
    const takeTurn = turnsOf(TURN_MS);
    for await (const entries of log) {
      for (const entry of entries) {
        next = entry.position + 1;
        fold(entry);
      }
      await takeTurn();
    }
  };
  const past = read(source.past(1));
  const feed = new Feed(id, source, () => past);
  const fold = feeding(feed);
  past
    .then(() => read(source.read(next, feed.closing)))
    .catch((error) => {
      if (!feed.closed) failed(error);
      feed.close();
    });
  return feed;
}

/** Reads the current log of a study. */
export async function readFeed(study: StudyLog): Promise<Feed> {
  const feed = readingFeed(study.place, study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
