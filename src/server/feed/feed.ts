import { firstFactIn, spaceOf } from '../../../streams/engine/applyEntries.ts';
import { turnsOf } from '../../../streams/engine/timeout.ts';
import type { Entry } from '../../facts/entry.ts';
import type { ObjectiveSpec, Params } from '../../facts/facts.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { bestResult, type StudyState, studyPhase } from '../../monitoring/studyState.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { StudyLog } from '../../study/source.ts';
import { TrialChanges } from './trialChanges.ts';
import type { Detail, Headline, Summary } from './wire.ts';

/** Called with each entry and what it did. */
export type Listener = (applied: AppliedEntry<Params>) => void;

/** A study that has begun. */
interface Begun {
  readonly createdAt: number;
  readonly ledger: Ledger<Params>;
  readonly changes: TrialChanges;
}

/** Improvements of the best value that are kept. */
const TREND = 32;
/** Milliseconds of work before it yields to other tasks. */
const TURN = 10;

/** A study as read from its log; it has no other state. */
export class Feed {
  readonly id: string;
  readonly source: StudyLog;
  /** Resolves when the entries that existed at the start have been read. */
  readonly caughtUp: Promise<void>;
  readonly #reading = new AbortController();
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<() => void>();
  #rejected = 0;
  #trend: Headline['trend'] = [];
  #begun: Begun | undefined;
  #at = 0;
  #position = 0;

  /** @param failed called if the log can no longer be read. */
  constructor(id: string, source: StudyLog, failed: (error: unknown) => void = () => {}) {
    this.id = id;
    this.source = source;
    this.caughtUp = this.#readPast();
    this.caughtUp
      .then(() => this.#follow())
      .catch((error) => {
        if (!this.closed) failed(error);
        this.close();
      });
  }

  /** Calls the listener with entries from now on, before the watchers. @returns a function that unsubscribes. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the watcher whenever something has been read. @returns a function that unsubscribes. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Resolves when the log has been read up to a position, or reading has ended. */
  reached(position: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#position < position && !this.closed) return;
        ignore();
        resolve();
      };
      const ignore = this.watch(look);
      look();
    });
  }

  close(): void {
    this.#reading.abort();
    for (const watcher of this.#watchers) watcher();
  }

  get begun(): Begun | undefined {
    return this.#begun;
  }
  get position(): number {
    return this.#position;
  }
  get closed(): boolean {
    return this.#reading.signal.aborted;
  }

  async #readPast(): Promise<void> {
    const takeTurn = turnsOf(TURN);
    for await (const entries of this.source.past(1)) {
      for (const entry of entries) this.#fold(entry);
      await takeTurn();
    }
    this.#tell();
  }

  async #follow(): Promise<void> {
    for await (const entries of this.source.read(this.#position + 1, this.#reading.signal)) {
      for (const entry of entries) this.#fold(entry);
      this.#tell();
    }
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #fold(entry: Entry): void {
    this.#position = entry.position;
    this.#at = entry.at;
    this.#begun ??= beginning(entry);
    if (this.#begun === undefined) return;
    const { ledger, changes } = this.#begun;
    const applied = ledger.fold(entry);
    changes.apply(applied);
    if (applied.refusal) this.#rejected++;
    this.#note(ledger.best, ledger.settings.objectives[0]!);
    for (const listener of this.#listeners) listener(applied);
  }

  /** Keeps how the best value changed. */
  #note(best: Begun['ledger']['best'], objective: ObjectiveSpec): void {
    const last = this.#trend.at(-1);
    if (best === undefined || best.trial === last?.[0]) return;
    this.#trend = [...this.#trend, [best.trial, best.values[objective.name]!]];
    if (this.#trend.length > TREND) this.#trend = this.#trend.filter((_, i) => i % 2 === 0 || i === this.#trend.length - 1);
  }

  /** The state computed from the log; undefined while it is empty. */
  state(): StudyState | undefined {
    return this.#begun && { ledger: this.#begun.ledger, rows: this.#begun.changes.rows };
  }

  /** The study in one line; undefined while its log is empty. */
  headline(): Headline | undefined {
    if (this.#begun === undefined) return undefined;
    const { ledger, changes } = this.#begun;
    const { settings, closed } = ledger;
    const { counts, about } = changes.rows;
    const { completed, stopped, failed } = counts;
    const state = this.state()!;
    return omitUndefined({
      id: this.id,
      study: settings.study,
      source: this.source.place,
      phase: studyPhase(state),
      closed,
      trials: ledger.nextTrial - 1,
      configurations: ledger.configurations,
      open: ledger.running,
      completed,
      stopped,
      failed,
      uncounted: changes.rows.uncounted,
      limit: settings.limits.trials,
      best: bestResult(state),
      trend: this.#trend,
      objective: settings.objectives[0]!,
      position: changes.position,
      at: this.#at,
      labels: about.labels,
      starred: about.starred,
    });
  }

  /** The study with only its best trial, to compare it with others. */
  summary(): Summary | undefined {
    const detail = this.detail();
    const best = detail?.best && this.#begun?.changes.rows.get(detail.best.trial);
    return detail && omitUndefined({ detail, best });
  }

  detail(): Detail | undefined {
    const headline = this.headline();
    if (this.#begun === undefined || headline === undefined) return undefined;
    const { createdAt, ledger, changes } = this.#begun;
    const { objectives, strategy, seed, parallel, limits } = ledger.settings;
    return {
      ...headline,
      ...changes.rows.about,
      space: ledger.space.toJSON(),
      objectives,
      strategy,
      seed,
      parallel,
      limits,
      version: ledger.created?.version ?? 'unknown',
      createdAt,
      cost: ledger.cost,
      queued: ledger.planned - ledger.configurations,
      rejected: this.#rejected,
    };
  }
}

function beginning(entry: Entry): Begun | undefined {
  const created = firstFactIn(entry);
  return created && { createdAt: entry.at, ledger: new Ledger(spaceOf(created)), changes: new TrialChanges(created.objectives[0]!.name) };
}

/** Reads the current log of a study. */
export async function readFeed(study: StudyLog): Promise<Feed> {
  const feed = new Feed(study.place, study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
