import type { ReadStream } from 'node:fs';
import { inTurn } from '../../streams/engine/timeout.ts';
import type { LocalPort } from '../../streams/study/port/local.ts';
import type { Created, ObjectiveSpec } from '../facts/facts.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialId } from '../strategy/messages.ts';
import { RefusedError } from '../study/commands.ts';
import type { StudySource } from '../study/source.ts';
import type { StudyStatus } from '../study/status.ts';
import { Allowances } from './allowances.ts';
import { Feed, readingFeed } from './feed/feed.ts';
import type { Headline, KeptFile } from './feed/wire.ts';
import { Questions } from './questions/questions.ts';

/** A study behind a server. */
export interface OpenStudy {
  /** Its name on this server. */
  readonly name: string;
  /** Its log, and how it takes commands. */
  readonly source: StudySource;
  /** What runs it here, if that also takes requests of trainers. */
  host?: LocalPort | undefined;
  /** The study as readers see it. */
  readonly feed: Feed;
  /** The files of its trials; absent if they are on another machine. */
  readonly files?: KeptFiles | undefined;
}

/** A closed study that was unloaded. */
export interface UnloadedStudy {
  readonly status: StudyStatus;
  readonly objective: ObjectiveSpec;
  /** Where its log is. */
  readonly place: string;
  served?(): string;
  /** Runs it again. Resolves when it has read its log. */
  load(): Promise<unknown>;
}

/** A study that was unloaded in one line, without how its best value changed. */
function headlineOf(id: string, { status, objective, place, served }: UnloadedStudy): Headline {
  const { paused: _, waiting: __, note: ___, best, ...rest } = status;
  const result = best && { trial: best.trial, value: best.values[objective.name]! };
  return omitUndefined({ ...rest, id, source: place, phase: 'closed' as const, served: served?.(), best: result, trend: [], objective });
}

export interface ServedStudiesOptions {
  /** Prints a line for people who run the server. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Begins a study from the data of a study file, and adds it. Default: no study can be created. @throws UserError */
  readonly create?: ((name: string, study: unknown) => Promise<void>) | undefined;
  /** The first fact that `create` would write. @throws as `create` */
  readonly check?: ((name: string, study: unknown) => Promise<Created>) | undefined;
  /** Measures the studies that are only shown. */
  readonly metrics?: Metrics | undefined;
}

/** The studies that a server answers for: those that this process runs, and those that it only reads and commands. */
export class ServedStudies {
  /** What users have used of their allowances. */
  readonly allowances = new Allowances();
  readonly #all = new Map<string, OpenStudy>();
  readonly #unloaded = new Map<string, UnloadedStudy>();
  readonly #loading = new Map<string, Promise<unknown>>();
  readonly #watchers = new Set<(study: string) => void>();
  /** Does one thing after the other: a long log takes memory while it is read. */
  readonly inTurn = inTurn();
  /** What reads much of a log. */
  readonly questions = new Questions();
  readonly #options: ServedStudiesOptions;

  constructor(options: ServedStudiesOptions = {}) {
    this.#options = options;
  }

  /** Adds a study that another process runs, or none: it can be read, and takes commands. */
  show(name: string, source: StudySource, files?: KeptFiles): OpenStudy {
    const feed = readingFeed(name, source, (error) => this.warn(`${source.place}: ${(error as Error).message}`));
    const { metrics } = this.#options;
    if (metrics) feed.live$.subscribe(metrics.add(name, { state: () => feed.begun }));
    return this.#add(source, feed, files);
  }

  /**
   * Adds a study that this process runs.
   *
   * @param past position of the last entry before it did.
   * @returns takes each entry, after the study has applied it.
   */
  host(name: string, source: StudySource, past: () => number, files?: KeptFiles): Feed['take'] {
    const feed = new Feed(name, source, (own) => own.reached(past()));
    this.#add(source, feed, files);
    return (entry, study) => {
      this.allowances.apply(name, entry);
      feed.take(entry, study);
    };
  }

  #add(source: StudySource, feed: Feed, files: KeptFiles | undefined): OpenStudy {
    const added = { name: feed.id, source, feed, files };
    const tell = () => this.tell(feed.id);
    feed.live$.subscribe({ next: tell, complete: tell });
    this.#all.set(feed.id, added);
    this.#unloaded.delete(feed.id);
    return added;
  }

  /** Removes a study, because it was deleted. */
  remove(name: string): void {
    this.#all.get(name)?.feed.close();
    this.#all.delete(name);
    this.#unloaded.delete(name);
    void this.#options.metrics?.remove(name);
    this.tell(name);
  }

  /** Shows a study that nothing runs here until someone asks for it. */
  unload(name: string, study: UnloadedStudy): void {
    this.#unloaded.set(name, study);
    this.tell(name);
  }

  /** Loads a study that was unloaded. Undefined if there is none of this name; resolves when it can be opened. */
  load(name: string): Promise<unknown> | undefined {
    const loading = this.#loading.get(name) ?? this.#unloaded.get(name)?.load();
    if (loading) this.#loading.set(name, loading);
    return loading?.finally(() => this.#loading.delete(name));
  }

  get metrics(): Metrics | undefined {
    return this.#options.metrics;
  }

  get names(): readonly string[] {
    return [...this.#all.keys(), ...this.#unloaded.keys()];
  }

  get loaded(): readonly OpenStudy[] {
    return [...this.#all.values()];
  }

  /** A name like the wanted one that no study has, and that can be part of a path. */
  unusedName(wanted: string): string {
    const stem = wanted.replace(/[^\w.-]+/g, '-') || 'study';
    let name = stem;
    for (let n = 2; this.has(name); n++) name = `${stem}-${n}`;
    return name;
  }

  has(name: string): boolean {
    return this.#all.has(name) || this.#unloaded.has(name);
  }

  /** @throws RefusedError if there is no such study */
  open(name: string): OpenStudy {
    const study = this.#all.get(name);
    if (!study) throw new RefusedError({ code: 'unknown-study', message: `there is no study ${name.slice(0, 60)}` });
    return study;
  }

  /** Begins a study. @throws UserError if the name is taken, or the data are invalid */
  create(name: string, study: unknown): Promise<void> {
    return this.#can('create')(name, study);
  }

  /** The first fact that `create` would write. @throws as `create` */
  check(name: string, study: unknown): Promise<Created> {
    return this.#can('check')(name, study);
  }

  #can<K extends 'create' | 'check'>(what: K): NonNullable<ServedStudiesOptions[K]> {
    const able = this.#options[what];
    if (able === undefined) throw new RefusedError({ code: 'elsewhere', message: 'this server creates no studies' });
    return able;
  }

  /** Each study in one line. */
  get headlines(): Headline[] {
    const loaded = [...this.#all.values()].flatMap(({ feed }) => feed.headline() ?? []);
    return [...loaded, ...[...this.#unloaded].map(([name, study]) => headlineOf(name, study))];
  }

  /** The states of the studies that were unloaded. */
  get unloaded(): StudyStatus[] {
    return [...this.#unloaded].map(([study, { status }]) => ({ ...status, study }));
  }

  warn(message: string): void {
    this.#options.warn?.(message);
  }

  /** Calls back with the name of a study whenever it has changed. @returns a function that unsubscribes */
  watch(changed: (study: string) => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Whether someone watches. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Says that a study has changed. */
  tell(name: string): void {
    for (const changed of this.#watchers) changed(name);
  }

  /** Follows no study any more. */
  close(): void {
    this.questions.close();
    for (const { feed } of this.#all.values()) feed.close();
  }
}

/** The output and files of trials, if this process can read them. */
export interface KeptFiles {
  /** The output of each attempt, then the newest files. */
  list(trial: TrialId): Promise<readonly KeptFile[]>;
  /** A file of a trial; undefined if it does not exist. @param last bytes from its end, if not all */
  open(trial: TrialId, name: string, last?: number): Promise<ReadStream | undefined>;
  /** Adds a file, under `uploads`. @returns its name. @throws UserError if there is one of this name, or the name cannot be one of a file. */
  add(trial: TrialId, name: string, content: Uint8Array): Promise<string>;
}
