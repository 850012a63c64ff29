import type { ReadStream } from 'node:fs';
import { inTurn } from '../../streams/engine/timeout.ts';
import type { HostedStudy } from '../../streams/study/hosted/hostedStudy.ts';
import type { Created } from '../facts/facts.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { TrialId } from '../strategy/messages.ts';
import { RefusedError } from '../study/commands.ts';
import type { StudySource } from '../study/source.ts';
import { Allowances } from './allowances.ts';
import { Feed } from './feed/feed.ts';
import { replayedMachines } from './feed/machines.ts';
import type { Headline, KeptFile, Machines } from './feed/wire.ts';

/** How a server knows a study, besides its log. */
export interface ShownParts {
  /** The files of its trials; absent if they are on another machine. */
  readonly files?: KeptFiles | undefined;
  /** The machines of its strategy. Default: its log is replayed when a reader asks for them. */
  readonly machines?: (() => Machines) | undefined;
}

/** A study behind a server. */
export interface OpenStudy extends Pick<ShownParts, 'files'> {
  /** Its name on this server. */
  readonly name: string;
  /** Its log, and how it takes commands. */
  readonly source: StudySource;
  /** The same, if it also takes requests of trainers. */
  readonly host?: HostedStudy | undefined;
  /** Position up to which this process has applied its log; undefined if another process runs it. */
  readonly position?: (() => number) | undefined;
  /** The study as readers follow it. One that this process runs is not followed before the first of them comes, since that costs a second fold. */
  feed(): Feed;
  /** The feed, once there is one. */
  followed(): Feed | undefined;
  machines(): Machines;
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
  readonly #watchers = new Set<(study: string) => void>();
  /** Does one thing after the other: a long log takes memory while it is read. */
  readonly inTurn = inTurn();
  readonly #options: ServedStudiesOptions;

  constructor(options: ServedStudiesOptions = {}) {
    this.#options = options;
  }

  /** Adds a study that another process runs, or none: it can be read, and takes commands. */
  show(name: string, source: StudySource, parts: ShownParts = {}): OpenStudy {
    const feed = this.#follow(name, source);
    const { metrics } = this.#options;
    if (metrics) feed.listen(metrics.add(name, { state: () => feed.state() }));
    return this.#add({ name, source, files: parts.files }, parts, feed);
  }

  /** Adds a study that this process runs, so that it also takes requests of trainers. Its host measures it, and tells of each entry. */
  run(name: string, host: HostedStudy, parts: ShownParts = {}): OpenStudy {
    return this.#add({ name, source: host, host, position: () => host.ledger.position, files: parts.files }, parts);
  }

  /** The same, of a study whose trainers do not ask by requests. */
  host(name: string, source: StudySource, position: () => number, parts: ShownParts = {}): OpenStudy {
    return this.#add({ name, source, position, files: parts.files }, parts);
  }

  #follow(name: string, source: StudySource): Feed {
    const feed = new Feed(name, source, (error) => this.warn(`${source.place}: ${(error as Error).message}`));
    feed.watch(() => this.tell(name));
    return feed;
  }

  #add(study: Pick<OpenStudy, 'name' | 'source' | 'host' | 'position' | 'files'>, parts: ShownParts, known?: Feed): OpenStudy {
    const { name, source, position } = study;
    let followed = known;
    const feed = () => {
      if (followed === undefined || (position && followed.closed)) followed = this.#follow(name, source);
      return followed;
    };
    const { machines = replayedMachines(feed, () => this.tell(name)) } = parts;
    const added = { ...study, feed, machines, followed: () => followed };
    this.#all.set(name, added);
    return added;
  }

  /** Removes a study, because it was deleted. */
  remove(name: string): void {
    this.#all.get(name)?.followed()?.close();
    this.#all.delete(name);
    void this.#options.metrics?.remove(name);
    this.tell(name);
  }

  get metrics(): Metrics | undefined {
    return this.#options.metrics;
  }

  get names(): readonly string[] {
    return [...this.#all.keys()];
  }

  /** A name like the wanted one that no study has, and that can be part of a path. */
  unusedName(wanted: string): string {
    const stem = wanted.replace(/[^\w.-]+/g, '-') || 'study';
    let name = stem;
    for (let n = 2; this.has(name); n++) name = `${stem}-${n}`;
    return name;
  }

  has(name: string): boolean {
    return this.#all.has(name);
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
    if (able === undefined) throw new RefusedError({ code: 'closed', message: 'this server creates no studies' });
    return able;
  }

  /** Each study in one line. It follows them from now on. */
  get headlines(): Headline[] {
    return [...this.#all.values()].flatMap((study) => study.feed().headline() ?? []);
  }

  /** Resolves when the logs of the studies that this process runs have been read: they are short of nothing that a reader could see before. */
  async caughtUp(): Promise<void> {
    await Promise.allSettled([...this.#all.values()].flatMap(({ position, feed }) => (position ? feed().caughtUp : [])));
  }

  /** Computes something from the current log of a study, after earlier computations. */
  compute<T>({ position, feed }: OpenStudy, compute: (feed: Feed) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      const reading = feed();
      await reading.caughtUp;
      if (position) await reading.reached(position());
      return compute(reading);
    });
  }

  warn(message: string): void {
    this.#options.warn?.(message);
  }

  /** Calls back with the name of a study whenever it has changed. @returns a function that unsubscribes */
  watch(changed: (study: string) => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Says that a study has changed. */
  tell(name: string): void {
    for (const changed of this.#watchers) changed(name);
  }

  /** Follows no study any more. */
  close(): void {
    for (const { followed } of this.#all.values()) followed()?.close();
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
