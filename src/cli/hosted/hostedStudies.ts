import { dirname, join, resolve } from 'node:path';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { dryRun } from '../../../streams/engine/dryRun.ts';
import { HostedStudy } from '../../../streams/host/host.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { type JournalOptions, openJournal } from '../../../streams/log/journal.ts';
import { checkName } from '../../../streams/nats/protocol/subjects.ts';
import { createdOf, type StudyOptions } from '../../../streams/spec/options.ts';
import { auto } from '../../../streams/strategies/auto.ts';
import { watchReports } from '../../../streams/study/unreported.ts';
import type { Created, Params } from '../../facts/facts.ts';
import { controlSocket } from '../../host/controlSocket.ts';
import { watchDiskAndClock } from '../../host/diskAndClock.ts';
import type { Hooks } from '../../host/hooks/hooks.ts';
import { pauseFailing } from '../../host/pauseFailing.ts';
import { retryingLog } from '../../host/retryingLog.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { Allowances } from '../../server/allowances.ts';
import { Feeds } from '../../server/feeds.ts';
import type { RunningStudies } from '../../server/studies.ts';
import type { Space } from '../../space/space.ts';
import type { AtMost } from '../../study/atMost.ts';
import { RefusedError } from '../../study/commands.ts';
import { stripControls } from '../../text/plainText.ts';
import { begunIn, createdIn } from '../sources/journalFile.ts';
import { journalsIn } from '../sources/journalFolder.ts';
import { makeFolder } from '../sources/makeFolder.ts';
import { studyFromElsewhere } from '../studyFile/elsewhere.ts';
import type { StudyFile } from '../studyFile/studyFile.ts';
import { checkResuming } from '../trainers/resuming.ts';

export interface HostedStudiesOptions {
  /** The directory of studies that requests create; without it, none are created. */
  readonly directory?: string | undefined;
  readonly lease?: number | undefined;
  /** What requests may ask for. */
  readonly atMost?: AtMost | undefined;
  readonly fsync?: JournalOptions['fsync'];
  readonly metrics?: Metrics | undefined;
  readonly hooks?: Hooks | undefined;
  /** @param study that the message is about. */
  readonly warn: (message: string, study?: string) => void;
}

/** Studies in journals, which this process runs for remote trainers. */
export class HostedStudies implements RunningStudies {
  readonly place: string;
  readonly allowances = new Allowances();
  readonly feeds = new Feeds();
  readonly #all = new Map<string, HostedStudy>();
  readonly #watchers = new Set<(study: string) => void>();
  readonly #paths = new Map<string, string>();
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #options: HostedStudiesOptions;
  /** Directories whose disk is watched. */
  readonly #watched = new Set<string>();
  /** Names of studies that are being opened. */
  readonly #opening = new Set<string>();

  constructor(options: HostedStudiesOptions) {
    this.#options = options;
    this.place = options.directory ?? '.';
  }

  /** Runs the study of a study file, in `<name>.jsonl`. @throws UserError */
  async host({ space, strategy, options }: StudyFile, directory = '.'): Promise<HostedStudy> {
    const name = checkName('name', options.study);
    const path = join(directory, `${name}.jsonl`);
    const created = await begunIn(path);
    checkResuming({
      strategy: strategy?.spec ?? created?.strategy,
      resumes: options.resumes ?? created?.resumes ?? false,
    });
    if (!created) dryRun(space, strategy ?? auto(), options);
    makeFolder(directory);
    return this.#host(name, path, space, strategy, options);
  }

  /** Resumes the studies in a directory, which is made if it does not exist. It warns of each file that holds none that it can run. */
  async resumeAll(directory: string): Promise<void> {
    const { warn } = this.#options;
    makeFolder(directory);
    for (const path of await journalsIn(directory, ({ message }) => warn(`skipped: ${message}`)))
      await this.#resume(path).catch(({ message }: Error) => warn(`${path}: not resumed: ${stripControls(message)}`));
  }

  async #resume(path: string): Promise<void> {
    const created = await createdIn(path);
    const { study } = created;
    const known = this.#paths.get(study);
    if (known === undefined) await this.#host(checkName('name', study), path, spaceOf(created), undefined, { study });
    else if (resolve(known) !== resolve(path)) this.#options.warn(`${path}: not resumed: the study ${study} runs from ${known}`);
  }

  warn(message: string): void {
    this.#options.warn(stripControls(message));
  }

  watch(changed: (study: string) => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  async names(): Promise<readonly string[]> {
    return [...this.#all.keys()];
  }

  open(name: string): HostedStudy {
    const study = this.#all.get(name);
    if (!study) throw new RefusedError({ code: 'unknown-study', message: `there is no study ${name.slice(0, 60)}` });
    return study;
  }

  check(name: string, data: unknown): Promise<Created> {
    return this.#creating(name, data, async ({ space, strategy, options }) => createdOf(space, strategy, options));
  }

  async create(name: string, data: unknown): Promise<void> {
    await this.#creating(name, data, (file, directory) => this.host(file, directory));
  }

  /** Creates a study if possible, while no other request can create one of the same name. @throws UserError */
  async #creating<T>(name: string, data: unknown, act: (file: StudyFile, directory: string) => Promise<T>): Promise<T> {
    const { directory, atMost } = this.#options;
    if (directory === undefined)
      throw new RefusedError({ code: 'closed', message: 'this server creates no studies: it was started without --directory' });
    const file = studyFromElsewhere(checkName('name', name), data, atMost);
    if (this.#all.has(name) || this.#opening.has(name))
      throw new RefusedError({ code: 'study-exists', message: `there is a study ${name}` });
    this.#opening.add(name);
    try {
      if (await begunIn(join(directory, `${name}.jsonl`)))
        throw new RefusedError({ code: 'study-exists', message: `there is a journal of a study ${name}` });
      return await act(file, directory);
    } finally {
      this.#opening.delete(name);
    }
  }

  /** Resolves when all studies have closed. @throws what a study throws. */
  async finished(): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ finished }) => finished));
  }

  /** Closes all studies. @throws what the first of them throws, when all have closed; the errors of others are warnings. */
  async close(): Promise<void> {
    this.feeds.close();
    const ends = await Promise.allSettled(this.#closing.map((close) => close()));
    const [first, ...others] = ends.filter((end) => end.status === 'rejected');
    for (const { reason } of others) this.warn((reason as Error).message);
    if (first) throw first.reason;
  }

  #watchDiskOf(directory: string): void {
    if (this.#watched.has(directory)) return;
    this.#watched.add(directory);
    const unwatch = watchDiskAndClock(directory, this.#options.warn);
    this.#closing.push(async () => unwatch());
  }

  async #host(
    name: string,
    path: string,
    space: Space<Params>,
    strategy: Strategy | undefined,
    options: StudyOptions,
  ): Promise<HostedStudy> {
    const { lease, atMost, fsync, metrics, hooks } = this.#options;
    const warn = (message: string) => this.#options.warn(message, name);
    const book = await openJournal(path, omitUndefined({ warn, fsync }));
    const log = retryingLog(book, { place: book.place, warn });
    this.#watchDiskOf(dirname(path));
    const head = await log.head();
    const failing = pauseFailing({
      past: () => head,
      place: path,
      line: (message) => warn(`${name}: ${message}`),
      pause: (uncounted) => study.submit({ type: 'change', paused: true, uncounted }),
      uncount: (uncounted) => study.submit({ type: 'change', uncounted }),
    });
    const reporting = watchReports(
      'let the trainer report its value',
      () => head,
      (message) => warn(`${name}: ${message}`),
    );
    let hosted: HostedStudy | undefined;
    const state = () => (hosted?.ledger.created ? { ledger: hosted.ledger, rows: hosted.answers.rows } : undefined);
    const failure = () => (hosted?.failure ? (hosted.failure.error as Error).message : undefined);
    const measure = metrics?.add(name, { state, failure });
    const call = hooks?.watch(name, head, state);
    const study = new HostedStudy(space, log, {
      ...options,
      strategy,
      lease,
      atMost,
      place: path,
      onEntry: (entry) => {
        this.allowances.apply(name, entry);
        measure?.(entry);
        call?.(entry);
        for (const changed of this.#watchers) changed(name);
        reporting(entry);
        failing(entry);
      },
    });
    hosted = study;
    try {
      await study.ready();
    } catch (error) {
      await metrics?.remove(name);
      await study.close();
      throw error;
    }
    const closeSocket = await controlSocket(path, (intent) => study.submit(intent));
    study.finished.catch((error: Error) => warn(`${name}: ended: ${error.message}`));
    this.#all.set(name, study);
    this.#paths.set(name, path);
    this.#closing.push(async () => {
      log.leave();
      await log.settled();
      closeSocket?.();
      await study.close();
    });
    return study;
  }
}
